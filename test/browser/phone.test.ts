import { expect } from 'chai'
import { exampleClient } from '../../example/okta/client.ts'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startExampleHere, type ExampleHere } from '../support/example-here.ts'
import { standIn } from '../support/stand-in.ts'
import { beginSignIn, readPhone } from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'

describe('The simulated phone', function () {
  this.timeout(60_000)
  let example: ExampleHere

  before(function () {
    needsChromium(this)
  })

  beforeEach(async () => {
    example = await startExampleHere()
    const { browser } = example
    await browser().post('/login', { username: alice, channel: 'sms' })
    await browser().post('/login', { username: bob, channel: 'push' })
  })

  it('is a click away from the sign-in page, and says that nothing on it is real', async () => {
    const page = await visitor()
    await page.goto(example.origin)
    const opened = page.waitForEvent('popup')
    await page.getByRole('link', { name: 'Open the simulated phone' }).click()

    const tab = await opened
    const text = await tab.getByRole('main').innerText()
    expect(await tab.title()).to.equal('Simulated phone')
    expect(text).to.include('This is a stand-in for Okta and for your users’ phones.')
    expect(text).to.include('nothing here is real')
  })

  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
      it('shows each user their own messages, and everyone’s together', async () => {
        const page = await visitor({ javaScriptEnabled })
        await page.goto(example.phone)
        const articles = page.getByRole('article')
        expect(await articles.getByText(/^To /).allInnerTexts()).to.include.members([
          `To ${alice}`,
          `To ${bob}`,
        ])

        await page.getByLabel('Whose phone').selectOption(bob)
        await page.getByRole('button', { name: 'Show' }).click()
        await page.waitForURL(/user=bob/)
        expect(await page.getByLabel('Whose phone').inputValue()).to.equal(bob)
        expect(new Set(await articles.getByText(/^To /).allInnerTexts())).to.deep.equal(
          new Set([`To ${bob}`]),
        )

        await page.getByLabel('Whose phone').selectOption('dave@example.com')
        await page.getByRole('button', { name: 'Show' }).click()
        await page.getByText('Nothing has arrived yet.').waitFor()
      })
    })
  }

  it('shows every kind of message with its code', async () => {
    const okta = await standIn()
    const page = await visitor()
    for (const channel of ['sms', 'voice', 'email']) {
      await fetch(`${okta.issuer}/oauth2/v1/primary-authenticate`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: exampleClient.client_id,
          client_secret: exampleClient.client_secret,
          challenge_hint: 'urn:okta:params:oauth:grant-type:oob',
          login_hint: alice,
          channel_hint: channel,
        }),
      })
    }
    await page.goto(`${okta.issuer}/phone?user=${alice}`)

    const headings = await page.getByRole('article').getByRole('heading').allInnerTexts()
    const sent = ['Email', 'Phone call', 'Text message']
    expect(headings).to.deep.equal([...sent, 'Authenticator app'])
    const shown = await page.locator('.code').allInnerTexts()
    expect(shown.map((text) => text.replaceAll(' ', ''))).to.deep.equal([
      ...okta.directory.messages(alice).map(({ code }) => code),
      okta.directory.otpOf(okta.directory.messages(alice)[0]!.user!),
    ])
  })

  it('shows by itself what arrives while it is open', async () => {
    const page = await visitor()
    const { tab } = await readPhone(page, example.phone, alice)
    await tab.clock.install()
    await tab.reload()
    await tab.clock.pauseAt(Date.now() + 60_000)
    const before = await tab.getByRole('article').count()
    await beginSignIn(await visitor(), example.origin, alice, 'Okta Verify')
    expect(await tab.getByRole('article').count()).to.equal(before)

    await tab.clock.fastForward(1000)
    await tab.getByRole('heading', { name: 'Okta Verify' }).waitFor()
    expect(await tab.getByRole('article').count()).to.equal(before + 1)
  })
})

import { expect } from 'chai'
import { codeOf, describeFlows, wrongCodeOf } from '../support/flow.ts'

const spellings: Record<string, (code: string) => string> = {
  'with a space in the middle': (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
  'with hyphens': (code) => code.split('').join('-'),
  'with a dash that a phone has made of a hyphen': (code) => `${code.slice(0, 3)}–${code.slice(3)}`,
  'with what a paste brings along': (code) => `\t${code} \n`,
}

const malformed: Record<string, string> = {
  letters: 'abcdef',
  'too few digits': '123',
  'too many digits': '12345678901',
  'other separators': '12.34.56',
  'numbers that are no digits': '①②③④⑤⑥',
  'nothing but separators': ' - ',
}

describeFlows('A code', (begin) => {
  for (const channel of ['sms', 'voice']) {
    it(`from a ${channel} challenge signs its user in`, async () => {
      const { okta, tab } = await begin()

      const started = await tab.start({ channel })
      expect(started.code).to.equal('challenge_started')
      const challenge = await tab.challenge()
      expect(challenge).to.include({ channel, bindingMethod: 'prompt' })
      expect(challenge).not.to.have.any.keys('interval', 'bindingCode')
      const done = await tab.submit(codeOf(okta))

      expect(done.code).to.equal('complete')
      expect(await tab.user()).to.equal('alice@example.com')
    })
  }

  it('that is wrong leaves the challenge waiting for the right one', async () => {
    const { okta, tab, calls } = await begin()
    await tab.start({ channel: 'sms' })

    const wrong = await tab.submit(wrongCodeOf(okta))
    expect(wrong.code).to.equal('incorrect_code')
    expect(await tab.user()).to.equal(undefined)
    expect(await tab.challenge()).to.include({ channel: 'sms' })
    await tab.submit(codeOf(okta))

    expect(await tab.user()).to.equal('alice@example.com')
    expect(calls.count('token')).to.equal(2)
  })

  for (const [how, write] of Object.entries(spellings)) {
    it(`counts when it is typed ${how}`, async () => {
      const { okta, tab } = await begin()
      await tab.start({ channel: 'sms' })

      expect((await tab.submit(write(codeOf(okta)))).code).to.equal('complete')
    })
  }

  it('that is missing or empty is asked for, and Okta is not', async () => {
    const { tab, calls } = await begin()
    await tab.start({ channel: 'sms' })

    expect((await tab.poll()).code).to.equal('code_missing')
    expect((await tab.submit('')).code).to.equal('code_missing')
    expect(calls.count('token')).to.equal(0)
  })

  it('that cannot be one is refused before Okta counts it, and the right one still works', async () => {
    const { okta, tab, calls } = await begin()
    await tab.start({ channel: 'sms' })

    for (const [what, code] of Object.entries(malformed)) {
      expect((await tab.submit(code)).code, what).to.equal('code_invalid')
    }
    expect(calls.count('token')).to.equal(0)

    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('is refused by Okta, right or wrong, after five wrong ones', async () => {
    const { okta, tab, calls } = await begin({ strategy: { limits: false } })
    await tab.start({ channel: 'sms' })
    const wrong = wrongCodeOf(okta)

    for (let count = 1; count <= 5; count += 1) {
      expect((await tab.submit(wrong)).code, `code ${count}`).to.equal('incorrect_code')
    }
    const locked = await tab.submit(codeOf(okta))

    expect(locked.code).to.equal('rate_limited')
    expect(await tab.user()).to.equal(undefined)
    expect(await tab.challenge()).to.include({ channel: 'sms' })
    expect(calls.count('token')).to.equal(6)
  })

  it('works once', async () => {
    const { okta, tab, calls } = await begin()
    await tab.start({ channel: 'sms' })
    await tab.submit(codeOf(okta))

    const again = await tab.submit(codeOf(okta))

    expect(again.code).to.equal('no_challenge')
    expect(calls.count('token')).to.equal(1)
  })
})

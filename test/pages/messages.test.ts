import { expect } from 'chai'
import { messages, OktaOobError, type Messages, type OktaOobCode } from 'passport-okta-oob'
import { readFile } from 'node:fs/promises'
import { startPages } from '../support/pages.ts'

const languages = Object.entries(messages)
const names = (text: string) => text.match(/\{\w+\}/g) ?? []

/** What is said the same way in another language. */
const sameAsInEnglish = new Set(['direction', 'push', 'codeLabel', 'errorTitle'])

describe('The texts of the sign-in pages', () => {
  for (const [language, texts] of languages) {
    it(`${language}: has every text that English has, and no other`, () => {
      expect(Object.keys(texts)).to.have.members(Object.keys(messages.en))
      for (const [key, text] of Object.entries(texts)) {
        expect(text.trim(), key).to.equal(text).and.not.equal('')
        expect(names(text), key).to.deep.equal(names(messages.en[key as keyof Messages]))
      }
    })

    it(`${language}: is written in its own words`, () => {
      const copied = Object.entries(texts).filter(
        ([key, text]) => language !== 'en' && text === messages.en[key as keyof Messages],
      )
      const keys = copied.map(([key]) => key).filter((key) => !sameAsInEnglish.has(key))
      expect(keys).to.deep.equal([])
    })
  }

  it('keep their marks beside the words that they belong to, also where a line ends', () => {
    const loose = languages.flatMap(([, texts]) =>
      Object.values(texts).filter((text) => / [;:?!»…]|« /.test(text)),
    )
    expect(loose).to.deep.equal([])
  })

  it('describe every code of the contract', async () => {
    const source = await readFile(new URL('../../lib/errors.ts', import.meta.url), 'utf8')
    const table = source.slice(source.indexOf('const codes'), source.indexOf('as const'))
    const codes = [...table.matchAll(/^ {2}(\w+):/gm)].map(([, code]) => code as OktaOobCode)
    expect(codes).to.have.length.above(20)
    expect(new OktaOobError(codes[0]!).message).to.be.a('string')
    expect(Object.keys(messages.en).filter((key) => key.includes('_'))).to.have.members(codes)
  })

  const accepted: [string, string, string][] = [
    ['en', 'ltr', 'Sign in'],
    ['de-AT,de;q=0.9,en;q=0.5', 'ltr', 'Anmelden'],
    ['fr-CA', 'ltr', 'Connexion'],
    ['es-419, en;q=0.4', 'ltr', 'Iniciar sesión'],
    ['ja', 'ltr', 'サインイン'],
    ['ar-EG', 'rtl', 'تسجيل الدخول'],
    ['tlh, nl;q=0.8', 'ltr', 'Sign in'],
    ['*', 'ltr', 'Sign in'],
    [';;q=1, \u00FF', 'ltr', 'Sign in'],
  ]
  for (const [header, direction, title] of accepted) {
    it(`are chosen by Accept-Language: ${header}`, async () => {
      const { text, headers } = await (
        await startPages()
      )
        .browser()
        .get('/login', { 'accept-language': header })
      const [language] = languages.find(([, texts]) => texts.signInTitle === title)!
      expect(text).to.include(`<html lang="${language}" dir="${direction}">`)
      expect(text).to.include(`<title>${title}</title>`)
      expect(headers.get('content-language')).to.equal(language)
      expect(headers.get('vary')).to.match(/Accept-Language/)
    })
  }

  it('are chosen by the app, for everyone or for each request', async () => {
    const german = (await startPages({ routes: { language: 'de' } })).browser()
    expect((await german.get('/login', { 'accept-language': 'fr' })).text).to.include('Anmelden')

    const language = (req: { query: object }) => ('lang' in req.query ? 'ja' : undefined)
    const asked = (await startPages({ routes: { language } })).browser()
    expect((await asked.get('/login?lang')).text).to.include('サインイン')
    expect((await asked.get('/login', { 'accept-language': 'fr' })).text).to.include('Connexion')
  })

  it('can be replaced, added to by a language, and by codes of the app’s own', async () => {
    const { browser } = await startPages({
      routes: {
        messages: {
          en: { signIn: 'Go', not_a_member: 'Ask Ann <ann@example.com> for access.' },
          nl: { signInTitle: 'Inloggen' },
          'de-CH': { signIn: 'Los' },
        },
      },
    })
    const english = await browser().get('/login?error=not_a_member')
    expect(english.text).to.include('>Go</button>').and.include('Ask Ann &lt;ann@example.com&gt;')
    const dutch = await browser().get('/login', { 'accept-language': 'nl-BE' })
    expect(dutch.text).to.include('<html lang="nl"').and.include('>Inloggen</h1>')
    expect(dutch.text).to.include(messages.en.username)
    const swiss = await browser().get('/login', { 'accept-language': 'de-CH' })
    expect(swiss.text).to.include('>Los</button>').and.include('Benutzername')
  })

  it('tell times with the plurals of their language', async () => {
    const { browser } = await startPages()
    const minutes = { en: '5 minutes', de: '5 Minuten', fr: '5 minutes', ar: '5 دقائق' }
    for (const [language, text] of Object.entries(minutes)) {
      const user = browser()
      await user.post('/login', { username: 'alice@example.com', channel: 'sms' })
      const page = await user.get('/login/challenge', { 'accept-language': language })
      expect(page.text, language).to.include(`>${text}</span`)
    }
  })
})

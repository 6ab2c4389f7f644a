import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobClient, OktaOobStrategy, type OktaOobClientOptions } from 'passport-okta-oob'
import { publicClient } from '../support/account.ts'

const { issuer, clientID } = publicClient
/** Nothing of it may be in a message. */
const secret = 'canary-QzX9-secret'

/** What a constructor says; nothing where it takes everything. */
function complaintOf(construct: () => unknown): string {
  try {
    construct()
    return ''
  } catch (error) {
    expect(error).to.be.instanceOf(TypeError)
    return (error as Error).message
  }
}

function complaint(options: OktaOobClientOptions): string {
  return complaintOf(() => new OktaOobStrategy({ issuer, clientID, ...options }))
}

/** The same where the environment has the value. */
function complaintAbout(variable: string, value: string): string {
  const environment = {
    OKTA_OAUTH2_ISSUER: issuer,
    OKTA_OAUTH2_CLIENT_ID: clientID,
    [variable]: value,
  }
  return complaintOf(() => new OktaOobClient({}, environment))
}

const variables = {
  issuer: 'OKTA_OAUTH2_ISSUER',
  clientID: 'OKTA_OAUTH2_CLIENT_ID',
  clientSecret: 'OKTA_OAUTH2_CLIENT_SECRET',
} as const
const values = { issuer, clientID: 'canary-QzX9', clientSecret: secret } as const

const pastes: Record<string, (value: string) => string> = {
  'a line break behind it': (value) => `${value}\n`,
  'a line break of Windows behind it': (value) => `${value}\r\n`,
  'a space before it': (value) => ` ${value}`,
  'a tab inside': (value) => `${value.slice(0, 5)}\t${value.slice(5)}`,
  'a no-break space behind it': (value) => `${value}\u00A0`,
  'a NUL behind it': (value) => `${value}\0`,
  'a byte order mark before it': (value) => `\uFEFF${value}`,
  'a zero-width space inside': (value) => `${value.slice(0, 5)}\u200B${value.slice(5)}`,
  'an escape sequence': (value) => `\u001B[200~${value}`,
}

for (const [name, variable] of Object.entries(variables) as [keyof typeof values, string][]) {
  describe(`A pasted ${name}`, () => {
    for (const [title, paste] of Object.entries(pastes)) {
      it(`is refused with ${title}, by its name and without its value`, () => {
        const value = paste(values[name])
        const problem = 'has white space or a control character in it'

        expect(complaint({ [name]: value }))
          .to.include(`option "${name}" ${problem}`)
          .and.not.include('canary')
        expect(complaintAbout(variable, value))
          .to.include(`option "${name}" from ${variable} ${problem}`)
          .and.not.include('canary')
      })
    }

    for (const quote of ['"', "'"]) {
      it(`is refused with ${quote} around it, which docker --env-file leaves there`, () => {
        const value = quote + values[name] + quote

        expect(complaint({ [name]: value })).to.include(`option "${name}" has quotes around it`)
        expect(complaintAbout(variable, value))
          .to.include(`from ${variable} has quotes around it`)
          .and.not.include('canary')
      })
    }
  })
}

describe('White space, a control or a format character anywhere in a pasted value', () => {
  const unwanted = Array.from({ length: 0x1_10_00 }, (_, point) =>
    String.fromCodePoint(point),
  ).filter((character) => /[\s\p{Cc}\p{Cf}]/u.test(character))
  const pasted = fc.record({
    name: fc.constantFrom(...(Object.keys(values) as (keyof typeof values)[])),
    at: fc.nat(24),
    character: fc.constantFrom(...unwanted),
  })

  it('is refused, and the value is not told', () => {
    fc.assert(
      fc.property(pasted, ({ name, at, character }) => {
        const value = values[name].slice(0, at) + character + values[name].slice(at)
        const isInside = at > 0 && at < values[name].length
        fc.pre(!(name === 'clientSecret' && character === ' ' && isInside))

        expect(complaint({ [name]: value }))
          .to.include(`option "${name}" has white space or a control character in it`)
          .and.not.include('canary')
      }),
    )
  })
})

const placeholders: Record<keyof typeof values, string[]> = {
  issuer: [
    'https://{yourOktaDomain}',
    'https://{yourOktaDomain}/oauth2/default',
    'https://${yourOktaDomain}/oauth2/${authorizationServerId}',
    '${OKTA_ISSUER}',
    '{{OKTA_ISSUER}}',
    'https://$OKTA_DOMAIN',
    '%OKTA_ISSUER%',
    'https://<org>.okta.com',
    'https://%7ByourOktaDomain%7D',
    'https://yourOktaDomain',
    'https://yourOktaDomain/oauth2/default',
    'https://your-org.okta.com',
    'https://your-okta-domain.okta.com',
    'https://YOUR_DOMAIN.okta.com',
    'https://your-domain.com/oauth2/default',
    'https://dev-xxxxxx.okta.com',
    'https://undefined/oauth2/default',
    'https://example.okta.com/oauth2/undefined',
    'https://example.okta.com/oauth2/{authorizationServerId}',
    'yourOktaDomain',
    'undefined',
  ],
  clientID: [
    '{clientId}',
    '{yourClientId}',
    '${CLIENT_ID}',
    '{{client_id}}',
    '<client-id>',
    '$OKTA_CLIENT_ID',
    '%CLIENT_ID%',
    'your-client-id',
    'YOUR_CLIENT_ID',
    'yourClientID',
    'xxxxxxxx',
    'undefined',
    'null',
  ],
  clientSecret: ['{yourClientSecret}', '${SECRET}', '<secret>', 'your-client-secret', 'undefined'],
}

for (const [name, list] of Object.entries(placeholders) as [keyof typeof values, string[]][]) {
  describe(`A placeholder for the ${name}`, () => {
    for (const value of list) {
      it(`is refused: ${value}`, () => {
        expect(complaint({ [name]: value })).to.equal(
          `passport-okta-oob: option "${name}" is still a placeholder`,
        )
        expect(complaintAbout(variables[name], value)).to.include(
          `option "${name}" from ${variables[name]} is still a placeholder`,
        )
      })
    }
  })
}

describe('What only looks like a mistake', () => {
  const issuers = [
    'https://your-bank.okta.com',
    'https://yourself.example.com',
    'https://login.xxl.example.com',
    'https://badmin.okta.com',
    'https://example-admin.example.com',
    'https://login.example.com/oauth2/v1-custom',
    'https://example.okta.com/oauth2/aus1',
  ]
  for (const value of issuers) {
    it(`is an issuer: ${value}`, () => {
      expect(complaint({ issuer: value })).to.equal('')
    })
  }

  for (const value of ['0oa1client', "my_client-$1.+!*'(),", 'yourgrocer']) {
    it(`is a client id: ${value}`, () => {
      expect(complaint({ clientID: value })).to.equal('')
    })
  }

  for (const value of ['a{b}c<d>e', '$ecret', '100%', '"half', 'with  spaces inside']) {
    it(`is a secret: ${value}`, () => {
      expect(complaint({ clientSecret: value })).to.equal('')
    })
  }

  it('is a variable that clientAuthentication makes needless', () => {
    const options = { issuer, clientID, clientAuthentication: () => {} }
    const environment = { OKTA_OAUTH2_CLIENT_SECRET: 'secret\n' }

    expect(new OktaOobClient(options, environment)).to.have.property('issuer', issuer)
  })
})

describe('Another address of the org for the issuer is refused with the right one', () => {
  const rows: Record<string, string> = {
    'https://example-admin.okta.com': 'https://example.okta.com',
    'https://example-admin.okta.com/admin/dashboard': 'https://example.okta.com',
    'https://dev-1-admin.oktapreview.com/': 'https://dev-1.oktapreview.com',
    'https://example-admin.okta-emea.com': 'https://example.okta-emea.com',
    'https://EXAMPLE-ADMIN.okta.com/oauth2/default': 'https://example.okta.com',
    'https://example-admin.okta-gov.com': 'https://example.okta-gov.com',
    'https://example.okta.com/oauth2/v1': 'https://example.okta.com',
    'https://example.okta.com/oauth2/v1/token': 'https://example.okta.com',
    'https://example.okta.com/oauth2/default/v1/authorize':
      'https://example.okta.com/oauth2/default',
    'https://example.okta.com/.well-known/openid-configuration': 'https://example.okta.com',
    'https://example.okta.com/oauth2/aus1/.well-known/oauth-authorization-server':
      'https://example.okta.com/oauth2/aus1',
  }
  for (const [given, right] of Object.entries(rows)) {
    it(given, () => {
      expect(complaint({ issuer: given })).to.match(
        new RegExp(`^passport-okta-oob: option "issuer" is the address of .* ${right}$`),
      )
    })
  }
})

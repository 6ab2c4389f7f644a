import { html, messages, type ChallengeView, type Html, type Messages } from 'passport-okta-oob'

const channelNames: Record<string, string> = {
  push: 'Okta Verify',
  sms: 'Text message',
  voice: 'Phone call',
  email: 'Email',
  otp: 'Authenticator app',
}

/** What the sign-in page offers, in this order. */
const offered = ['push', 'sms', 'voice']

/** What a page needs besides its own content. */
export interface Frame {
  /** A code of the library, from `?error=`. */
  error?: string | undefined
  /** Where the simulated phone is, when there is one. */
  phone?: string | undefined
}

export function signInPage(frame: Frame & { usernames?: string[] }): string {
  const { usernames = [] } = frame
  return page(
    'Sign in',
    frame,
    html`<form method="post" action="/login">
        <label for="username">Username</label>
        <input
          id="username"
          name="username"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          list="usernames"
        />
        <datalist id="usernames">
          ${usernames.map((name) => html`<option value="${name}"></option>`)}
        </datalist>
        <fieldset>
          <legend>How do you want to sign in?</legend>
          ${offered.map(
            (channel, index) =>
              html`<label>
                <input
                  type="radio"
                  name="channel"
                  value="${channel}"
                  ${index === 0 && html`checked`}
                />
                ${channelNames[channel]}
              </label>`,
          )}
        </fieldset>
        <button>Sign in</button>
      </form>
      ${
        usernames.length > 0 &&
        html`<p class="hint">Users of the stand-in: ${usernames.join(', ')}</p>`
      }`,
  )
}

export function challengePage(challenge: ChallengeView, frame: Frame): string {
  const step = challenge.bindingMethod === 'prompt' ? 'Enter the code' : 'Approve the sign-in'
  const title = challenge.factor === 2 ? `One more step: ${step.toLowerCase()}` : step
  return page(
    title,
    frame,
    html`${challenge.bindingMethod === 'prompt' ? codeForm(challenge) : pushForm(challenge)}
      <div class="actions">
        ${
          challenge.channel !== 'otp' &&
          html`<form method="post" action="/login/resend">
            <button class="quiet">Send again</button>
          </form>`
        }
        <form method="post" action="/login/cancel"><button class="quiet">Cancel</button></form>
      </div>`,
  )
}

function codeForm({ channel }: ChallengeView): Html {
  return html`<form method="post" action="/login/complete">
    <label for="code">Code from the ${channelNames[channel]?.toLowerCase() ?? channel}</label>
    <input
      id="code"
      name="code"
      inputmode="numeric"
      autocomplete="one-time-code"
      pattern="[0-9 \\-]*"
      autofocus
    />
    <div><button>Continue</button></div>
  </form>`
}

function pushForm({ bindingCode, interval }: ChallengeView): Html {
  return html`${
      bindingCode
        ? html`<p>
            In Okta Verify, choose <strong class="number" id="number">${bindingCode}</strong>
          </p>`
        : html`<p>Open Okta Verify on your phone and approve the sign-in.</p>`
    }
    <p class="hint">If you did not start this, choose “No, it’s not me” there.</p>
    <p role="status">Waiting for your answer…</p>
    <form method="post" action="/login/complete" data-poll="${interval}">
      <button>Continue</button>
    </form>`
}

function page(title: string, { error, phone }: Frame, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${error && 'Error: '}${title}</title>
        <link rel="stylesheet" href="/assets/style.css" />
        <script type="module" src="/assets/sign-in.js"></script>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${error && html`<p class="error" role="alert">${textOf(error)}</p>`} ${content}
          ${
            phone &&
            html`<p class="note">
              This example talks to a stand-in for Okta.
              <a href="${phone}" target="phone">Open the simulated phone</a>
            </p>`
          }
        </main>
      </body>
    </html>`.text
}

/** The texts that come with the package say what each code means; the address may say anything. */
function textOf(code: string): string {
  return code.includes('_') && Object.hasOwn(messages.en, code)
    ? messages.en[code as keyof Messages]
    : messages.en.unknownError
}

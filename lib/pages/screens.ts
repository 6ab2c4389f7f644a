import { fill, html, type Html } from './html.ts'
import { duration } from './language.ts'
import { channelText, type EndView, type SignInView, type View, type WaitingView } from './views.ts'

/** The content of a page: its one `<main>`, which the script swaps for that of the next state. */
export function mainOf(view: View, content: Html): Html {
  const { addresses, messages } = view
  return html`<main
    class="okta-oob"
    data-okta-oob="${view.screen}"
    data-start="${addresses.start}"
    data-challenge="${addresses.challenge}"
    data-offline="${messages.offline}"
    data-not-sent="${messages.notSent}"
  >
    ${content}
  </main>`
}

export function screenOf(view: View): Html {
  switch (view.screen) {
    case 'signIn':
      return signIn(view)
    case 'code':
    case 'approve':
    case 'number':
      return waiting(view)
    default:
      return end(view)
  }
}

function signIn(view: SignInView): Html {
  const { messages, addresses, fields, ways, chosen, username, returnTo, error } = view
  const isWrong = error?.code.startsWith('login_hint_')
  return html`<h1 tabindex="-1">${view.title}</h1>
    ${alert(view)}
    <p class="okta-oob-notice" role="status"></p>
    <form method="post" action="${addresses.start}">
      <label for="okta-oob-username">${messages.username}</label>
      <input
        id="okta-oob-username"
        name="${fields.username}"
        value="${username}"
        autocomplete="username"
        autocapitalize="none"
        autocorrect="off"
        spellcheck="false"
        dir="auto"
        required
        ${isWrong && html`aria-invalid="true" aria-describedby="okta-oob-error"`}
      />
      ${
        ways.length > 1
          ? html`<fieldset>
              <legend>${messages.ways}</legend>
              ${ways.map(
                ({ channel, name, hint }) =>
                  html`<label class="okta-oob-way">
                    <input
                      type="radio"
                      name="${fields.channel}"
                      value="${channel}"
                      ${channel === chosen && html`checked`}
                    />
                    <span>${name}<small>${hint}</small></span>
                  </label>`,
              )}
            </fieldset>`
          : html`<input type="hidden" name="${fields.channel}" value="${chosen}" />`
      }
      ${returnTo && html`<input type="hidden" name="returnTo" value="${returnTo}" />`} ${once(view)}
      <button>${messages.signIn}</button>
    </form>`
}

function waiting(view: WaitingView): Html {
  const { messages, addresses, challenge, screen, language, secondsLeft, notice, username } = view
  const timer = html`<span role="timer" data-left="${secondsLeft}"
    >${duration(secondsLeft, language)}</span
  >`
  const late = screen === 'code' ? messages.codeLate : messages.pushLate
  return html`<h1 tabindex="-1" aria-describedby="okta-oob-task">
      ${challenge.factor === 2 && html`<span class="okta-oob-step">${messages.secondStep}</span>`}
      ${view.title}
    </h1>
    ${username && html`<p class="okta-oob-user"><bdi>${username}</bdi></p>`} ${alert(view)}
    <p class="okta-oob-notice" role="status" data-hurry="${messages.hurry}">${notice}</p>
    ${screen === 'code' ? code(view) : push(view)}
    <p class="okta-oob-quiet">${fill(messages.timeLeft, { time: timer })}</p>
    <p class="okta-oob-late" aria-live="polite" data-late="${late}"></p>
    <noscript><p class="okta-oob-late">${late}</p></noscript>
    <div class="okta-oob-actions">
      ${challenge.channel !== 'otp' && resend(view)} ${otherWays(view)}
      <form method="post" action="${addresses.cancel}">
        <button class="okta-oob-plain">${messages.cancel}</button>
      </form>
    </div>`
}

function code(view: WaitingView): Html {
  const { messages, addresses, fields, challenge, error } = view
  const isDigits = challenge.channel !== 'email'
  const isWrong = error !== undefined && /code/.test(error.code)
  const described = [isWrong && 'okta-oob-error', isDigits && 'okta-oob-hint']
  return html`<p id="okta-oob-task">${channelText(challenge.channel, 'Text', messages)}</p>
    <form
      method="post"
      action="${addresses.complete}"
      data-until="${challenge.expiresAt}"
      ${challenge.channel === 'sms' && html`data-otp`}
    >
      <label for="okta-oob-code">${channelText(challenge.channel, 'Label', messages)}</label>
      <input
        id="okta-oob-code"
        class="okta-oob-code"
        name="${fields.code}"
        autocomplete="one-time-code"
        inputmode="${isDigits ? 'numeric' : 'text'}"
        autocapitalize="none"
        autocorrect="off"
        spellcheck="false"
        dir="ltr"
        aria-describedby="${described.filter((id) => id !== false).join(' ')}"
        ${isWrong && html`aria-invalid="true"`}
      />
      ${isDigits && html`<p class="okta-oob-hint" id="okta-oob-hint">${messages.codeHint}</p>`}
      ${once(view)}
      <button>${messages.continue}</button>
    </form>`
}

function push(view: WaitingView): Html {
  const { messages, addresses, challenge } = view
  const { bindingCode, expiresAt, interval } = challenge
  const number = html`<strong class="okta-oob-number" dir="ltr">${bindingCode}</strong>`
  return html`<p id="okta-oob-task">
      ${bindingCode === undefined ? messages.pushText : fill(messages.numberText, { number })}
    </p>
    <p class="okta-oob-hint">${messages.notMe}</p>
    <form
      method="post"
      action="${addresses.complete}"
      data-until="${expiresAt}"
      data-poll="${interval}"
      data-pending="${messages.authorization_pending}"
    >
      <p class="okta-oob-waiting">${messages.waiting}</p>
      <noscript><p>${messages.byHand}</p></noscript>
      ${once(view)}
      <button>${messages.continue}</button>
    </form>`
}

function resend(view: WaitingView): Html {
  const { messages, addresses, challenge, language, resendIn } = view
  const text = challenge.channel === 'voice' ? messages.callAgain : messages.sendAgain
  const time = html`<span data-wait="${resendIn}">${duration(resendIn, language)}</span>`
  return html`<form method="post" action="${addresses.resend}" data-notice="?notice=sent">
    ${once(view)}
    <button
      class="okta-oob-second"
      ${resendIn > 0 && html`aria-describedby="okta-oob-wait" data-waits`}
    >
      ${text}
    </button>
    ${
      resendIn > 0 &&
      html`<p class="okta-oob-hint" id="okta-oob-wait">${fill(messages.againIn, { time })}</p>`
    }
  </form>`
}

function otherWays(view: WaitingView): Html | false {
  const { messages, addresses, fields, ways } = view
  return (
    ways.length > 0 &&
    html`<form method="post" action="${addresses.resend}" aria-labelledby="okta-oob-ways">
      ${once(view)}
      <h2 id="okta-oob-ways">${messages.otherWays}</h2>
      <div class="okta-oob-ways">
        ${ways.map(
          ({ channel, name }) =>
            html`<button class="okta-oob-second" name="${fields.channel}" value="${channel}">
              ${name}
            </button>`,
        )}
      </div>
    </form>`
  )
}

function end({ title, text, next, screen, error }: EndView): Html {
  return html`<h1 tabindex="-1" aria-describedby="okta-oob-task">${title}</h1>
    ${screen === 'unavailable' && error && html`<p>${error.text}</p>`}
    <p id="okta-oob-task">${text}</p>
    <p><a class="okta-oob-button" href="${next.address}">${next.text}</a></p>`
}

/** A form that is sent twice is one request. */
function once({ requestId }: View): Html {
  return html`<input type="hidden" name="requestId" value="${requestId}" />`
}

function alert({ error }: View): Html | undefined {
  return error && html`<p class="okta-oob-error" id="okta-oob-error" role="alert">${error.text}</p>`
}

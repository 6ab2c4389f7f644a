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
    data-checking="${messages.checking}"
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
                ({ channel, name, hint, wait }) =>
                  html`<label class="okta-oob-way">
                    <input
                      type="radio"
                      name="${fields.channel}"
                      value="${channel}"
                      ${channel === chosen && html`checked`}
                    />
                    <span
                      >${name}<small>${hint}</small>${wait > 0 && html`<small>${again(wait, view)}</small>`}</span
                    >
                  </label>`,
              )}
            </fieldset>`
          : html`<input type="hidden" name="${fields.channel}" value="${chosen}" />`
      }
      ${returnTo && html`<input type="hidden" name="returnTo" value="${returnTo}" />`} ${once(view)}
      <button ${username !== undefined && html`class="okta-oob-sends"`}>${messages.signIn}</button>
    </form>`
}

function waiting(view: WaitingView): Html {
  const { messages, addresses, challenge, screen, language, secondsLeft, username } = view
  const timer = html`<span role="timer" data-left="${secondsLeft}"
    >${duration(secondsLeft, language)}</span
  >`
  const late = screen === 'code' ? messages.codeLate : messages.pushLate
  // As many ways as the page before had: what sends is lower than its button was.
  return html`<div class="okta-oob-above" data-ways="${view.ways.length + 1}">
      <h1 tabindex="-1" aria-describedby="okta-oob-task">
        ${challenge.factor === 2 && html`<span class="okta-oob-step">${messages.secondStep}</span>`}
        ${view.title}
      </h1>
      ${username && html`<p class="okta-oob-user"><bdi>${username}</bdi></p>`} ${alert(view)}
      <p class="okta-oob-notice" role="status" data-hurry="${messages.hurry}">${notice(view)}</p>
      ${screen === 'code' ? code(view) : push(view)}
      <p class="okta-oob-quiet">${fill(messages.timeLeft, { time: timer })}</p>
      <p class="okta-oob-late" aria-live="polite" data-late="${late}"></p>
      <noscript><p class="okta-oob-late">${late}</p></noscript>
    </div>
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

function notice({
  notice: text,
  lookIn,
  messages,
  language,
}: WaitingView): Html | string | undefined {
  if (lookIn === undefined) {
    return text
  }
  return fill(messages.checkedAgain, { time: duration(lookIn, language) })
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
  const { messages, addresses, challenge, resendIn } = view
  const text = challenge.channel === 'voice' ? messages.callAgain : messages.sendAgain
  return html`<form method="post" action="${addresses.resend}" data-notice="?notice=sent">
    ${once(view)}
    <button
      class="okta-oob-second okta-oob-sends"
      ${resendIn > 0 && html`aria-describedby="okta-oob-wait"`}
    >
      ${text}
    </button>
    ${resendIn > 0 && waitHint('okta-oob-wait', resendIn, view)}
  </form>`
}

function waitHint(id: string, wait: number, view: WaitingView): Html {
  return html`<p class="okta-oob-hint" id="${id}">${again(wait, view)}</p>`
}

/**
 * When something is possible again. The script counts it down, and makes the time of day of what is
 * far away: the server does not know the browser's zone.
 */
function again(wait: number, { messages, language }: View): Html {
  const at = new Date(Date.now() + wait * 1000).toISOString()
  const time = html`<time datetime="${at}">${duration(wait, language)}</time>`
  return html`<span data-wait="${wait}" data-at="${messages.againAt}"
    >${fill(messages.againIn, { time })}</span
  >`
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
          ({ channel, name, wait }) =>
            html`<div>
              <button
                class="okta-oob-second okta-oob-sends"
                name="${fields.channel}"
                value="${channel}"
                ${wait > 0 && html`aria-describedby="okta-oob-wait-${channel}"`}
              >
                ${name}
              </button>
              ${wait > 0 && waitHint(`okta-oob-wait-${channel}`, wait, view)}
            </div>`,
        )}
      </div>
    </form>`
  )
}

function end(view: EndView): Html {
  const { title, text, next, other, screen, error } = view
  return html`<h1 tabindex="-1" aria-describedby="okta-oob-task">${title}</h1>
    ${screen === 'unavailable' && error && html`<p>${error.text}</p>`}
    <p id="okta-oob-task">${text} ${error?.wait !== undefined && again(error.wait, view)}</p>
    <p><a class="okta-oob-button" href="${next.address}">${next.text}</a></p>
    ${other && html`<p class="okta-oob-other"><a href="${other.address}">${other.text}</a></p>`}`
}

/** A form that is sent twice is one request. */
function once({ requestId }: View): Html {
  return html`<input type="hidden" name="requestId" value="${requestId}" />`
}

function alert(view: View): Html | undefined {
  const { error, messages, language } = view
  if (!error) {
    return undefined
  }
  const { text, left, wait } = error
  const count = left !== undefined && new Intl.NumberFormat(language).format(left)
  return html`<p class="okta-oob-error" id="okta-oob-error" role="alert">
    ${text} ${count && fill(messages.attemptsLeft, { count })}
    ${wait !== undefined && html`<span aria-live="off">${again(wait, view)}</span>`}
  </p>`
}

import express, { Router, type Request } from 'express'
import { html, type Html } from 'passport-okta-oob'
import type { Directory } from './directory.ts'
import type { Message } from './transaction.ts'

/** The simulated phone: shows what Okta has sent, and lets a push be answered. */
export function phone(directory: Directory): Router {
  const router = Router()
  router.use(express.urlencoded({ extended: false }))
  router.get('/', (req, res) => {
    res
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(page(directory, userOf(req.query)).text)
  })
  router.post('/', (req, res) => {
    const { id, answer } = req.body as { id: string; answer: string }
    directory.answer(id, /^\d+$/.test(answer) ? { number: answer } : asAnswer(answer))
    res.redirect(303, req.originalUrl)
  })
  return router
}

function userOf({ user }: Request['query']): string {
  return typeof user === 'string' ? user : ''
}

function asAnswer(answer: string): 'approve' | 'deny' {
  return answer === 'approve' ? 'approve' : 'deny'
}

function page(directory: Directory, username: string): Html {
  const messages = directory.messages(username === '' ? undefined : username)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Simulated phone</title>
        <link rel="stylesheet" href="/assets/style.css" />
        <script type="module" src="/assets/phone.js"></script>
      </head>
      <body>
        <main>
          <h1>Simulated phone</h1>
          <p class="note">
            This is a stand-in for Okta and for your users’ phones. It is for trying things out and
            for tests; nothing here is real.
          </p>
          <form class="row">
            <label for="user">Whose phone</label>
            <select id="user" name="user">
              <option value="">everyone’s</option>
              ${directory.users.map(
                (user) =>
                  html`<option ${user.username === username && html`selected`}>
                    ${user.username}
                  </option>`,
              )}
            </select>
            <button>Show</button>
          </form>
          <section id="messages" aria-live="polite">
            ${messages.length === 0 && html`<p>Nothing has arrived yet.</p>`}
            ${messages.map((message) => article(message))} ${authenticator(directory, username)}
          </section>
        </main>
      </body>
    </html>`
}

/** A code that nobody sends: it is on the phone all the time. */
function authenticator(directory: Directory, username: string): Html | false {
  const user = directory.user(username)
  return (
    user !== undefined &&
    user.channels.includes('otp') &&
    html`<article data-channel="otp">
      <h2>Authenticator app</h2>
      <p><strong class="code">${directory.otpOf(user)}</strong></p>
    </article>`
  )
}

function article(message: Message): Html {
  const { user, channel, code, state } = message
  const words: Record<string, Html> = {
    sms: html`<h2>Text message</h2>
      <p>Your verification code is <strong class="code">${code}</strong>.</p>`,
    email: html`<h2>Email</h2>
      <p>Your verification code is <strong class="code">${code}</strong>.</p>`,
    voice: html`<h2>Phone call</h2>
      <p>
        “Hello. Your verification code is
        <strong class="code">${code?.split('').join(' ')}</strong>. Goodbye.”
      </p>`,
    push: html`<h2>Okta Verify</h2>
      <p>Did you just try to sign in?</p>`,
  }
  return html`<article data-channel="${channel}" data-state="${state}">
    <p class="to">To ${user?.username ?? 'nobody'}</p>
    ${words[channel]} ${channel === 'push' && answers(message)}
  </article>`
}

function answers({ id, numbers, state }: Message): Html {
  if (state !== 'waiting') {
    return html`<p>${state === 'denied' ? 'Denied.' : 'Approved.'}</p>`
  }
  return html`<form method="post">
    <input type="hidden" name="id" value="${id}" />
    ${
      numbers
        ? numbers.map((number) => html`<button name="answer" value="${number}">${number}</button>`)
        : html`<button name="answer" value="approve">Yes, it’s me</button>`
    }
    <button name="answer" value="deny" class="quiet">No, it’s not me</button>
  </form>`
}

import { Router } from 'express'
import { html } from 'passport-okta-oob'

/** What only people see who have signed in, and the way out. */
export function home(): Router {
  const router = Router()
  router.get('/', (req, res) => {
    if (req.user) {
      res.send(page({ ...req.user }))
    } else {
      res.redirect('/login')
    }
  })
  router.post('/logout', (req, res, next) => {
    req.logout((error) => {
      if (error) {
        next(error)
      } else {
        res.redirect(303, '/login')
      }
    })
  })
  return router
}

function page(claims: Record<string, unknown>): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Signed in</title>
        <link rel="stylesheet" href="/assets/style.css" />
      </head>
      <body>
        <main>
          <h1>Signed in</h1>
          <p>These are the claims of your verified ID token.</p>
          <dl>
            ${Object.entries(claims).map(
              ([name, value]) =>
                html`<dt>${name}</dt>
                  <dd>${typeof value === 'string' ? value : JSON.stringify(value)}</dd>`,
            )}
          </dl>
          <form method="post" action="/logout"><button>Sign out</button></form>
        </main>
      </body>
    </html>`.text
}

// Goes on by itself when the push has been approved. Without this script the "Continue" button
// does the same.
import { post, waitForApproval } from './okta-oob/index.js'

const form = document.querySelector('form[data-poll]')

if (form) {
  const { status, redirectTo, error } = await waitForApproval({
    ask: () => post(form.action),
    delay: Number(form.dataset.poll),
  })
  if (status === 'challenge') {
    location.reload() // a second factor
  } else {
    location.assign(redirectTo ?? `/login?error=${error.code}`)
  }
}

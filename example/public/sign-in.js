// Looks whether the push has been approved, as often as the server allows. Without this script
// the "Continue" button does the same.
const form = document.querySelector('form[data-poll]')

async function poll() {
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      headers: { accept: 'application/json' },
    })
    const { status, retryAfter, redirectTo, error } = await answer.json()
    if (status === 'pending') {
      setTimeout(poll, retryAfter * 1000)
    } else if (status === 'challenge') {
      location.reload() // a second factor
    } else {
      location.assign(redirectTo ?? `/login?error=${error.code}`)
    }
  } catch {
    // The network, or the app, is away for a moment.
    setTimeout(poll, 5000)
  }
}

if (form) {
  setTimeout(poll, form.dataset.poll * 1000)
}

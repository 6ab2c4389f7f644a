// Shows what arrives without a reload; the page works without it.
const messages = document.querySelector('#messages')

setInterval(async () => {
  try {
    const answer = await fetch(location.href)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.querySelector('#messages')
    if (fresh.innerHTML !== messages.innerHTML) {
      messages.innerHTML = fresh.innerHTML
    }
  } catch {
    // The stand-in has stopped; it may come back.
  }
}, 1000)

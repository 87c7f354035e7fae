// Asking the server for a fragment, as htmx does it, for elements that decide themselves where the answer goes.
const PATIENCE = 15000; // milliseconds

// Answers {status, text}. With `fields` it is a POST. 0: no answer came; 401: nobody is signed in any more.
export async function ask(url, fields) {
  try {
    const response = await fetch(url, {
      method: fields ? "POST" : "GET",
      body: fields && new URLSearchParams(fields),
      headers: { "HX-Request": "true", ...(fields && csrf()) },
      redirect: "manual", // a redirect is the way to the sign-in page
      signal: AbortSignal.timeout(PATIENCE),
    });
    return response.type === "opaqueredirect" ? { status: 401, text: "" } : { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: "" };
  }
}

// The server is away or busy: trying again later helps.
export function isOutage(status) {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

// The sentence in an error fragment (_error.html).
export function wordsOf(html) {
  return parse(html).querySelector("p")?.textContent.trim() ?? "";
}

export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// The cookie is newer than the page when somebody signed in again in another tab.
export function csrf() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? { "X-CSRFToken": cookie[1] } : JSON.parse(document.body.getAttribute("hx-headers"));
}

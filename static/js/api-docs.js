// The documentation of the API: Swagger UI, from our own host and without a validator elsewhere.
// Calls that are tried go with the cookies of this browser, and with the CSRF token that they need.

const READS = ["GET", "HEAD"];
const night = window.matchMedia("(prefers-color-scheme: dark)");
const page = document.documentElement;

const proof = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const isDark = () => (page.dataset.theme ? page.dataset.theme === "dark" : night.matches);
const paint = () => page.classList.toggle("dark-mode", isDark());

// A site may answer to several names; what is tried goes to the one that this page came from.
function here(address) {
  const { pathname, search } = new URL(address, window.location.href);
  return `${window.location.origin}${pathname}${search}`;
}

function prove(request) {
  request.url = here(request.url);
  if (!READS.includes(request.method ?? "GET")) request.headers["X-CSRFToken"] = proof();
  return request;
}

class ApiDocs extends HTMLElement {
  connectedCallback() {
    paint();
    night.addEventListener("change", paint);
    this.watcher = new MutationObserver(paint);
    this.watcher.observe(page, { attributeFilter: ["data-theme"] });
    this.draw();
  }

  disconnectedCallback() {
    night.removeEventListener("change", paint);
    this.watcher.disconnect();
  }

  draw() {
    const domNode = this.appendChild(document.createElement("div"));
    window.SwaggerUIBundle({
      url: this.dataset.schema,
      domNode,
      deepLinking: true,
      validatorUrl: null,
      defaultModelsExpandDepth: -1,
      displayRequestDuration: true,
      requestInterceptor: prove,
      // The page has a main part already.
      onComplete: () => domNode.querySelector("main")?.setAttribute("role", "presentation"),
    });
  }
}

customElements.define("api-docs", ApiDocs);

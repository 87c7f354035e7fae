// The documentation of the API: Swagger UI, from our own host and without a validator elsewhere.
// Calls that are tried go with the cookies of this browser, and with the CSRF token that they need.

const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

class ApiDocs extends HTMLElement {
  connectedCallback() {
    const place = document.createElement("div");
    this.append(place);
    window.SwaggerUIBundle({
      url: this.dataset.schema,
      domNode: place,
      deepLinking: true,
      validatorUrl: null,
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      tryItOutEnabled: false,
      presets: [window.SwaggerUIBundle.presets.apis],
      requestInterceptor: (request) => {
        if (!["GET", "HEAD"].includes(request.method ?? "GET")) request.headers["X-CSRFToken"] = token();
        return request;
      },
    });
  }
}

customElements.define("api-docs", ApiDocs);

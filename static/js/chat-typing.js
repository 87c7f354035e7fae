// <chat-typing viewer="user id" data-words="{name} is typing">: says so while the other side does.
const SHOWN_FOR = 6000; // milliseconds after the last word of it

class ChatTyping extends HTMLElement {
  connectedCallback() {
    document.addEventListener("live:relay", this.onRelay);
    document.addEventListener("chat:said", this.clear);
  }

  disconnectedCallback() {
    document.removeEventListener("live:relay", this.onRelay);
    document.removeEventListener("chat:said", this.clear);
  }

  onRelay = ({ detail: { sender, data } }) => {
    if (!sender || sender.id === this.getAttribute("viewer")) return;
    if (data.type === "typing" && data.on) this.show(sender.name);
    else if (data.type === "typing" || data.type === "bye") this.clear();
  };

  show(name) {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.clear, SHOWN_FOR);
    const dots = document.createElement("span");
    dots.className = "chat-typing-dots";
    dots.append(...[1, 2, 3].map(() => document.createElement("i")));
    this.replaceChildren(this.dataset.words.replace("{name}", name), dots);
  }

  clear = () => {
    clearTimeout(this.timer);
    this.replaceChildren();
  };
}

customElements.define("chat-typing", ChatTyping);

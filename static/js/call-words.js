// The sentences of an element, which stand in its <template data-words> as <p data-word="name">{who} joined</p>, so that they are
// translated with the page. Answers a function: words("name", {who: "Max"}); "" when there is no such sentence.
export function wordsOf(element) {
  const sentences = element.querySelector(":scope > template[data-words]").content;
  return (name, values = {}) => {
    const sentence = [...sentences.children].find((each) => each.dataset.word === name)?.textContent ?? "";
    return sentence.replace(/\{(\w+)\}/g, (gap, key) => values[key] ?? gap);
  };
}

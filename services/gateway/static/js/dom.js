// Builds elements. Text becomes text nodes only, so nothing that a service says is ever read as HTML.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    } else if (name === "href" && !/^(#|\/(?![/\\]))/.test(value)) {
      throw new Error("links lead to our own pages only");
    } else if (name in PROPERTIES) {
      node[name] = value;
    } else {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  add(node, children);
  return node;
}

const PROPERTIES = { value: 1, disabled: 1, hidden: 1 };

function add(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(node, child);
    else node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function show(place, ...children) {
  place.replaceChildren();
  add(place, children);
}

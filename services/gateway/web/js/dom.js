// dom -- elements from words. Text always goes in as text, never as HTML.

const SVG = 'http://www.w3.org/2000/svg';

function give(element, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.setAttribute('class', value);
    else if (name === 'style') Object.assign(element.style, value);
    else if (name in element && typeof value !== 'string')
        element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
}

function make(element, props, children) {
    for (const [name, value] of Object.entries(props || {}))
        give(element, name, value);
    element.append(
        ...children
            .flat(3)
            .filter((c) => c !== null && c !== undefined && c !== false),
    );
    return element;
}

/** h("p", {class: "meta"}, "text", h("b", {}, "more")). style is an object. */
export const h = (tag, props, ...children) =>
    make(document.createElement(tag), props, children);

/** The same for SVG. */
export const s = (tag, props, ...children) =>
    make(document.createElementNS(SVG, tag), props, children);

export const byId = (id) => document.getElementById(id);

/** Writes text only when it differs, so that readers are not told twice. */
export function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

/** Puts children in place of what is there. */
export function fill(element, ...children) {
    element.replaceChildren(
        ...children
            .flat(3)
            .filter((c) => c !== null && c !== undefined && c !== false),
    );
}

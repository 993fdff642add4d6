// @ts-check
// dom -- elements from words. Text always goes in as text, never as HTML.

/** @param {any} element @param {string} name @param {any} value */
function give(element, name, value) {
    if (value === null || value === undefined || value === false) return;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.setAttribute('class', value);
    else if (name === 'style') Object.assign(element.style, value);
    else if (name in element && typeof value !== 'string')
        element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
}

/**
 * h("p", {class: "meta"}, "text", h("b", {}, "more")). style is an object.
 *
 * @param {string} tag
 * @param {any} props
 * @param {any[]} children
 */
export function h(tag, props, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {}))
        give(element, name, value);
    element.append(
        ...children
            .flat(3)
            .filter((c) => c !== null && c !== undefined && c !== false),
    );
    return element;
}

/** @param {string} id @returns {any} the element; null when there is none */
export const byId = (id) => document.getElementById(id);

/**
 * Writes text only when it differs, so that readers are not told twice.
 *
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

/** Puts children in place of what is there. @param {Element} element @param {any[]} children */
export function fill(element, ...children) {
    element.replaceChildren(
        ...children
            .flat(3)
            .filter((c) => c !== null && c !== undefined && c !== false),
    );
}

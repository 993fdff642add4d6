// languages -- the functions of a text in C, Lua, JavaScript or shell, for
// shape.mjs: [{line, name, lines, nesting, parameters}].

const MARGIN_LINES = 12; // of a C signature

function blank(text) {
    return text.replace(/[^\n]/g, ' ');
}

function line_at(text, at) {
    return text.slice(0, at).split('\n').length;
}

// How many a list "(a, b(c, d), {e, f})" has.
function count_parameters(list) {
    const inside = list.trim().replace(/,$/, '');
    let depth = 0;
    let commas = 0;
    for (const c of inside) {
        depth += '([{'.includes(c) ? 1 : ')]}'.includes(c) ? -1 : 0;
        commas += c === ',' && depth === 0 ? 1 : 0;
    }
    return inside === '' || inside === 'void' ? 0 : commas + 1;
}

// ---- C --------------------------------------------------------------------

const NOT_NAMES = new Set(['if', 'for', 'while', 'switch', 'return']);

// Comments and literals blanked out, line by line as before.
function bare_c(text) {
    return text.replace(
        /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
        blank);
}

// Blocks inside the body, but not initialisers ("= {", "){", ", {").
function nesting_c(lines) {
    const stack = [];
    let deepest = 0;
    const body = lines.join('\n');
    for (let i = 0; i < body.length; i++) {
        if (body[i] === '{') {
            const before = body.slice(0, i).trimEnd();
            const is_block = /(\)\s*|\belse|\bdo|;|:|\}|\{)$/.test(before) &&
                !/\)$/.test(body.slice(0, i)) || stack.length === 0;
            stack.push(is_block);
            deepest = Math.max(deepest, stack.filter(Boolean).length - 1);
        } else if (body[i] === '}') {
            stack.pop();
        }
    }
    return deepest;
}

// The line of "name(" whose brace, alone in the first column, is line `at`.
function signature_line(lines, at) {
    for (let i = at - 1; i >= 0 && at - i <= MARGIN_LINES; i--) {
        if (/^[A-Za-z_]\w*\(/.test(lines[i])) {
            return i;
        }
        if (lines[i].trim() === '') {
            break;
        }
    }
    return -1;
}

// By the one form that functions have here: a name in the first column
// before "(", the brace alone in the first column, and its end.
function functions_c(text) {
    const lines = bare_c(text).split('\n');
    const found = [];
    for (let i = 0; i < lines.length; i++) {
        const first = lines[i] === '{' ? signature_line(lines, i) : -1;
        const name = first >= 0 && /^\w+/.exec(lines[first])[0];
        if (!name || NOT_NAMES.has(name)) {
            continue;
        }
        const end = lines.indexOf('}', i);
        const signature = lines.slice(first, i).join(' ');
        found.push({
            line: first + 1, name, lines: end - first + 1,
            nesting: nesting_c(lines.slice(i, end + 1)),
            parameters: count_parameters(signature.slice(
                signature.indexOf('(') + 1, signature.lastIndexOf(')'))),
        });
    }
    return found;
}

// ---- JavaScript -----------------------------------------------------------

const JS_TOKEN = new RegExp([
    String.raw`\/\*[\s\S]*?\*\/`, String.raw`\/\/[^\n]*`,
    String.raw`"(?:\\.|[^"\\\n])*"`, String.raw`'(?:\\.|[^'\\\n])*'`,
    String.raw`(?<=(?:[(,=:[!&|?{};>]|return|=>)\s*)\/(?![*/])` +
        String.raw`(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*`,
    '`',
].join('|'), 'g');

// The end of the template that begins at `at`; "${" may hold others.
function end_of_template(text, at) {
    for (let i = at + 1; i < text.length; i++) {
        if (text[i] === '\\') {
            i++;
        } else if (text[i] === '`') {
            return i + 1;
        } else if (text.startsWith('${', i)) {
            for (let depth = 1, j = i + 2; depth > 0 && j < text.length;) {
                depth += text[j] === '{' ? 1 : text[j] === '}' ? -1 : 0;
                j = text[j] === '`' ? end_of_template(text, j) : j + 1;
                i = j - 1;
            }
        }
    }
    return text.length;
}

function bare_js(text) {
    let out = '';
    let at = 0;
    JS_TOKEN.lastIndex = 0;
    for (let m; (m = JS_TOKEN.exec(text));) {
        const end = m[0] === '`' ? end_of_template(text, m.index) :
            m.index + m[0].length;
        out += text.slice(at, m.index) + blank(text.slice(m.index, end));
        at = JS_TOKEN.lastIndex = end;
    }
    return out + text.slice(at);
}

// What opens the brace after `before`: a function {name}, a block, or data.
function opened_by(before) {
    const arrow = /(?:(\w+)\s*[=:(]\s*(?:async\s*)?)?(\w+|\([^()]*(?:\([^()]*\)[^()]*)*\))\s*=>\s*$/
        .exec(before);
    if (arrow) {
        return {name: arrow[1] ?? '=>',
            parameters: count_parameters(arrow[2].replace(/^\(|\)$/g, ''))};
    }
    const call = /(\w+)\s*(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))\s*$/
        .exec(before);
    if (call) {
        return /^(?:if|for|while|switch|catch|with|await)$/.test(call[1]) ?
            'block' : {name: call[1],
                parameters: count_parameters(call[2].slice(1, -1))};
    }
    return /\b(?:else|do|try|finally)\s*$/.test(before) ? 'block' : 'data';
}

const BEFORE_BYTES = 600; // of a brace, to see what it belongs to

function functions_js(text) {
    const code = bare_js(text);
    const stack = [];
    const found = [];
    for (const {0: brace, index} of code.matchAll(/[{}]/g)) {
        if (brace === '{') {
            const opener = opened_by(
                code.slice(Math.max(0, index - BEFORE_BYTES), index));
            stack.push({opener, line: line_at(code, index), deepest: 0});
            continue;
        }
        const {opener, line, deepest} = stack.pop() ?? {};
        const outer = stack.at(-1);
        if (opener?.name) {
            found.push({line, lines: line_at(code, index) - line + 1,
                nesting: deepest, ...opener});
        } else if (outer) {
            outer.deepest = Math.max(outer.deepest,
                deepest + (opener === 'block' ? 1 : 0));
        }
    }
    return found;
}

// ---- Lua ------------------------------------------------------------------

function bare_lua(text) {
    return text.replace(
        /--\[\[[\s\S]*?\]\]|--[^\n]*|\[\[[\s\S]*?\]\]|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
        blank);
}

function functions_lua(text) {
    const code = bare_lua(text);
    const stack = [];
    const found = [];
    for (const m of code.matchAll(/\b(function|if|do|repeat|end|until)\b/g)) {
        if (m[1] !== 'end' && m[1] !== 'until') {
            const head = /^function\s*([\w.:]*)\s*\(([^)]*)\)/
                .exec(code.slice(m.index));
            stack.push({is_function: m[1] === 'function', deepest: 0,
                name: head?.[1] || 'function', line: line_at(code, m.index),
                parameters: count_parameters(head?.[2] ?? '')});
            continue;
        }
        const {is_function, deepest, ...top} = stack.pop() ?? {};
        const outer = stack.at(-1);
        if (is_function) {
            found.push({...top, nesting: deepest,
                lines: line_at(code, m.index) - top.line + 1});
        } else if (outer) {
            outer.deepest = Math.max(outer.deepest, deepest + 1);
        }
    }
    return [...found, main_lua(code, found)];
}

// What a script does itself, outside its functions: one function more.
function main_lua(code, found) {
    const all = code.split('\n').map((line, i) => [i + 1, line.trim()])
        .filter(([, line]) => line !== '' && !/^local \w+ = [\w.'" -]+$/.test(line));
    const own = all.filter(([at]) => !found.some(({line, lines}) =>
        at >= line && at < line + lines));
    return {line: own[0]?.[0] ?? 1, name: '(the script itself)',
        lines: own.length, nesting: 0, parameters: 0};
}

// ---- shell ----------------------------------------------------------------

function functions_sh(text) {
    const lines = text.split('\n');
    return lines.flatMap((line, i) => {
        const name = /^(\w+)\(\) *[{(]$/.exec(line)?.[1];
        const end = lines.findIndex((l, j) => j > i && /^[})]/.test(l));
        return name ? [{line: i + 1, name, lines: end - i + 1, nesting: 0,
            parameters: 0}] : [];
    });
}

export const LANGUAGES = [
    {name: 'C', pattern: /\.[ch]$/, functions: functions_c, bare: bare_c},
    {name: 'JavaScript', pattern: /\.m?js$/, functions: functions_js,
        bare: bare_js},
    {name: 'Lua', pattern: /\.lua$/, functions: functions_lua, bare: bare_lua},
    {name: 'shell', pattern: /\.sh$|^muster$|^(?!.*\.\w+$)/,
        functions: functions_sh,
        bare: (text) => text.replace(/^\s*#[^\n]*/gm, '')},
];

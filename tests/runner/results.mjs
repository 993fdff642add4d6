// results -- what a program's output says: {passed, failed: [{name, shown}]}.
//
// `shown` is what belongs to that failure alone: its own lines, not the end
// of everything.
const SHOWN_LINES_MAX = 60;

function cut(text) {
    const lines = text.trimEnd().split('\n');
    return lines.length <= SHOWN_LINES_MAX ? lines.join('\n') :
        ['...', ...lines.slice(-SHOWN_LINES_MAX)].join('\n');
}

// By its exit code alone.
export function read_code(id, {code, output}) {
    return code === 0 ? {passed: 1, failed: []} :
        {passed: 0, failed: [{name: id, shown: cut(output)}]};
}

// What cmocka printed from the start of one case to its verdict, with the
// summary's reasons after it.
function lines_of_case(output, name) {
    const from = output.indexOf(`[ RUN      ] ${name}\n`);
    if (from < 0) {
        return output;
    }
    const rest = output.slice(from);
    const to = /^\[ +(?:OK|FAILED) +\] .*$/m.exec(rest);
    return to ? rest.slice(0, to.index + to[0].length) : rest;
}

// One program of cmocka cases; one without cases is one by its exit code.
export function read_cmocka(id, {code, output}) {
    const passed = [...output.matchAll(/^\[ +OK \]/gm)].length;
    const names = new Set([...output.matchAll(/^\[ +FAILED +\] ([a-z]\w*)$/gm)]
        .map((match) => match[1]));
    const failed = [...names].map((name) => ({
        name: `${id}: ${name}`, shown: cut(lines_of_case(output, name)),
    }));
    if (code !== 0 && failed.length === 0) {
        failed.push({name: `${id}: (did not end well)`, shown: cut(output)});
    }
    return {passed: passed || (failed.length ? 0 : 1), failed};
}

// A top "not ok" with what was printed from the start of its case, and all
// that is indented below it.
function lines_of_point(lines, at, name) {
    const first = lines.lastIndexOf(`# Subtest: ${name}`, at);
    let last = at + 1;
    while (last < lines.length && /^\s/.test(lines[last])) {
        last++;
    }
    return lines.slice(first < 0 ? at : first, last).join('\n');
}

// One file of node's tests, in TAP; a file that does not even begin is
// named by its path.
export function read_tap(id, {code, output}) {
    const number = (what) =>
        Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
    const lines = output.split('\n');
    const failed = [];
    lines.forEach((line, i) => {
        const name = /^not ok \d+ - (.*)$/.exec(line)?.[1];
        if (name) {
            failed.push({name: `${id}: ${name}`,
                shown: cut(/\.mjs$/.test(name) ? output :
                    lines_of_point(lines, i, name))});
        }
    });
    if (code !== 0 && failed.length === 0) {
        failed.push({name: id, shown: cut(output)});
    }
    return {passed: number('pass'), failed};
}

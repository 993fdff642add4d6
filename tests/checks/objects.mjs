// objects -- what the compiled files define and need, by nm: the true arrows
// of calls, whatever header names them.
import {execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {BUILD, files} from './tree.mjs';

// build/CMakeFiles/svc_x.dir/services/x/y.c.o -> services/x/y.c, of the tree
// as it stands (a build directory keeps the objects of files long gone).
function object_files() {
    const sources = new Set(files(/\.(c|cc)$/, 'common', 'services'));
    const dir = join(BUILD, 'CMakeFiles');
    return readdirSync(dir, {recursive: true}).flatMap((path) => {
        const source =
            /^[\w-]+\.dir\/((?:common|services)\/.*)\.o$/.exec(path)?.[1];
        return sources.has(source) ? [{source, path: join(dir, path)}] : [];
    });
}

// [{source, defines: Set, needs: Set}] of every object.
export function objects() {
    const found = object_files();
    if (found.length === 0) {
        throw new Error(`nothing is built in ${BUILD}/`);
    }
    const by_path = new Map(found.map(({source, path}) =>
        [path, {source, defines: new Set(), needs: new Set()}]));
    const text = execFileSync('nm', ['-A', '-P', '-g', ...by_path.keys()],
        {encoding: 'utf8', maxBuffer: 1 << 28});
    for (const line of text.split('\n')) {
        const match = /^(.*?)(?:\[.*\])?: (\S+) (\w)/.exec(line);
        if (match) {
            const [, path, name, kind] = match;
            const object = by_path.get(path);
            (kind === 'U' ? object.needs : object.defines).add(name);
        }
    }
    return [...by_path.values()];
}


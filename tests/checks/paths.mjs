#!/usr/bin/env node
// paths -- what *.md names as a file or folder of the tree is there.
import {existsSync} from 'node:fs';
import {complain, files, finish, read} from './tree.mjs';

// What stands between backticks and begins with a folder of the top.
const PATH = /`((?:cmake|common|docker|docs|proto|script|seeds|services|tests)\/[\w./-]+)`/g;

for (const file of files(/\.md$/)) {
    read(file).split('\n').forEach((line, i) => {
        for (const [, path] of line.matchAll(PATH)) {
            if (!existsSync(path)) {
                complain(`${file}:${i + 1}`, `there is no ${path}`);
            }
        }
    });
}
finish();

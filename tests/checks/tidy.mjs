#!/usr/bin/env node
// tidy -- clang-tidy finds nothing in common/ and services/.
//
//   tidy.mjs [folder or file...]   only those
//
// needs: build
import {check_each} from './stamps.mjs';
import {BUILD, files, finish} from './tree.mjs';

const chosen = process.argv.slice(2);

await check_each('tidy',
    files(/\.c$/, ...(chosen.length ? chosen : ['common', 'services'])),
    (source) => ['clang-tidy', '--quiet', '-p', BUILD, source],
    ['.clang-tidy']);
finish();

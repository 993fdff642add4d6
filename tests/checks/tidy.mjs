#!/usr/bin/env node
// tidy -- clang-tidy finds nothing in common/ and services/.
//
//   tidy.mjs [folder or file...]   only those
//
// Most of its time goes into a few functions, of which it follows 225,000
// steps. Every run lets it follow 75,000, as the analyser's shallow mode does,
// in a third of the time; MUSTER_LONG=1 all of them.
//
// needs: build
import {check_each} from './stamps.mjs';
import {BUILD, files, finish} from './tree.mjs';

const NODES_MAX = process.env.MUSTER_LONG ? 225000 : 75000;
const analyzer = ['-analyzer-config', `max-nodes=${NODES_MAX}`]
    .flatMap((word) => ['--extra-arg=-Xclang', `--extra-arg=${word}`]);

const chosen = process.argv.slice(2);

await check_each('tidy',
    files(/\.c$/, ...(chosen.length ? chosen : ['common', 'services'])),
    (source) => ['clang-tidy', '--quiet', '-p', BUILD, ...analyzer,
        source],
    ['.clang-tidy']);
finish();

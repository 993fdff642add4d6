#!/usr/bin/env node
// clang -- clang has no warning either, under the flags of the build.
//
//   clang.mjs [folder or file...]   only those
//
// needs: build
import {check_each} from './stamps.mjs';
import {files, finish} from './tree.mjs';

const WARNINGS = ['-Werror', '-Wall', '-Wextra', '-Wshadow', '-Wconversion',
    '-Wstrict-prototypes', '-Wmissing-prototypes', '-Wswitch-enum',
    '-Wformat=2', '-Wvla'];

const chosen = process.argv.slice(2);

await check_each('clang',
    files(/\.c$/, ...(chosen.length ? chosen : ['common', 'services', 'tests'])),
    (source, {flags}) => ['clang', '-fsyntax-only', ...flags, ...WARNINGS, source]);
finish();

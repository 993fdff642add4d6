#!/usr/bin/env node
// runner -- tests/run.mjs finds what is meant, shows what belongs to a
// failure, and runs what is independent side by side.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {choose_changed} from '../runner/changed.mjs';
import {find, nearest, with_needs} from '../runner/choose.mjs';
import {all_jobs} from '../runner/jobs.mjs';
import {Lanes} from '../runner/lanes.mjs';
import {run} from '../runner/process.mjs';
import {read_cmocka, read_tap} from '../runner/results.mjs';
import './tree.mjs'; // goes to the top

const jobs = all_jobs();
const ids = (found) => found.map(({id}) => id);
const found_by = (word) => ids(find(jobs, word));
const dir = mkdtempSync(join(tmpdir(), 'muster-runner-'));

const CMOCKA = `[==========] Running 3 test(s).
[ RUN      ] a_good_one
[       OK ] a_good_one
[ RUN      ] a_bad_one
what the bad one said
[  ERROR   ] --- 1 != 2
[  FAILED  ] a_bad_one
[ RUN      ] another_good_one
what the good one said
[       OK ] another_good_one
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] a_bad_one
`;

const TAP = `TAP version 13
# Subtest: good
ok 1 - good
  ---
  duration_ms: 1
  ...
# Subtest: bad
not ok 2 - bad
  ---
  error: '1 == 2'
  ...
# Subtest: good too
ok 3 - good too
# pass 2
# fail 1
`;

const CASES = {
    async a_word_means_a_path_a_name_or_the_end_of_one() {
        for (const word of ['unit/common/base/buf', 'base/buf',
            'tests/unit/common/base/test_buf.c', 'unit_common_base_buf',
            './tests/unit/common/base/test_buf.c']) {
            assert.deepEqual(found_by(word), ['unit/common/base/buf'], word);
        }
        assert.deepEqual(found_by('asan/unit/common/base/buf'),
            ['asan/unit/common/base/buf']);
        assert.deepEqual(found_by('tests/checks/shape.mjs'), ['checks/shape']);
        assert.deepEqual(found_by('fuzz_text_gsm'), ['fuzz/text_gsm']);
        assert.ok(found_by('limits').includes('system/limits'));
        assert.ok(found_by('tests/unit/common/').length > 10);
        assert.deepEqual(found_by('checks').length,
            jobs.filter(({part}) => part === 'checks').length);
    },
    async a_word_that_means_nothing_has_near_names() {
        assert.deepEqual(found_by('unit/comon/base/buf'), []);
        assert.equal(nearest(jobs, 'unit/comon/base/buf')[0],
            'unit/common/base/buf');
        assert.equal(nearest(jobs, 'shapes')[0], 'checks/shape');
    },
    async a_choice_brings_the_build_that_it_needs_and_no_other() {
        const needed = ids(with_needs(jobs, find(jobs, 'fuzz/text_gsm')));
        assert.deepEqual(needed.sort(), ['build-fuzz', 'fuzz/text_gsm']);
    },
    async a_changed_file_brings_the_tests_of_its_part() {
        const touched = (...files) => ids(choose_changed(jobs, files));
        assert.ok(touched('common/text/gsm.c').includes('fuzz/text_gsm'));
        assert.ok(touched('services/signup/a/b.c')
            .includes('service/signup/crash'));
        assert.ok(touched('services/gateway/web/js/x.js').every((id) =>
            /^(checks|browser|unit\/gateway)/.test(id)));
        assert.ok(touched('README.md').every((id) => /^checks/.test(id)));
        assert.ok(touched('tests/unit/common/base/test_buf.c')
            .includes('asan/unit/common/base/buf'));
    },
    async a_failing_case_of_c_shows_its_own_lines() {
        const {passed, failed} = read_cmocka('unit/x', {code: 1, output: CMOCKA});
        assert.equal(passed, 2);
        assert.equal(failed.length, 1);
        assert.equal(failed[0].name, 'unit/x: a_bad_one');
        assert.match(failed[0].shown, /what the bad one said/);
        assert.doesNotMatch(failed[0].shown, /what the good one said/);
    },
    async a_program_that_crashes_has_failed() {
        const {passed, failed} = read_cmocka('unit/x', {code: 139,
            output: '[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n'});
        assert.deepEqual([passed, failed.length], [1, 1]);
    },
    async a_failing_case_of_node_shows_its_own_lines() {
        const {passed, failed} = read_tap('system/x', {code: 1, output: TAP});
        assert.deepEqual([passed, failed.length], [2, 1]);
        assert.equal(failed[0].name, 'system/x: bad');
        assert.match(failed[0].shown, /1 == 2/);
        assert.doesNotMatch(failed[0].shown, /good/);
    },
    async a_program_that_takes_too_long_is_stopped_with_what_it_started() {
        const done = await run(join(dir, 'long.log'),
            ['bash', '-c', 'sleep 600 & wait'], {limit_s: 0.2});
        assert.notEqual(done.code, 0);
        assert.match(done.output, /stopped: it took over 0.2 s/);
    },
    async one_alone_runs_by_itself_and_none_before_what_it_needs() {
        const order = [];
        const lanes = new Lanes({lanes: 2, on_done: () => {},
            seconds_file: join(dir, 'seconds.json')});
        const job = (id, more) => ({id, part: 'p', needs: [], ...more});
        let open = 0;
        await lanes.run([job('a'), job('b', {needs: ['c']}), job('c'),
            job('alone', {alone: true}), job('d', {needs: ['bad']}),
            job('bad')], async ({id, alone}) => {
            open++;
            order.push(id);
            assert.ok(open <= (alone ? 1 : 2), id);
            await new Promise(setImmediate);
            open--;
            return id !== 'bad';
        });
        assert.ok(order.indexOf('c') < order.indexOf('b'));
        assert.ok(!order.includes('d'));
    },
};

for (const [name, body] of Object.entries(CASES)) {
    try {
        await body();
    } catch (error) {
        console.log(`${name}:\n${error.stack}`);
        process.exitCode = 1;
    }
}
rmSync(dir, {recursive: true});

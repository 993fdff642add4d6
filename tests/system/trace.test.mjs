// trace -- a refusal names its trace, and the logs of both ends hold it.
import {after, before, test} from 'node:test';
import assert from 'node:assert/strict';
import {startRig} from '../support/rig.mjs';

let rig;
before(async () => {
    rig = await startRig();
});
after(async () => {
    await rig?.stop();
});

const traceOf = (problem) =>
    /^urn:muster:trace:([0-9a-f]{16})$/.exec(problem.instance)?.[1];

test('every refusal names a trace of its own', async () => {
    const ask = () => rig.call('GET', '/v1/campaigns/nobody/actions');
    const traces = (await Promise.all([ask(), ask(), ask()]))
        .map(({json}) => traceOf(json));
    assert.equal(new Set(traces).size, 3);
    assert.ok(traces.every((trace) => trace && !/^0+$/.test(trace)));
});

test('what failed is found in the log by its trace, without the person',
    async () => {
        await rig.kill('signup.0', 'SIGKILL');
        const {status, json} = await rig.call('POST',
            `/v1/campaigns/${rig.campaign}/signups`,
            {body: {name: 'Nobody', email: 'nobody@example.org'}});
        assert.equal(status, 503);
        const line = rig.log('gateway.0').split('\n')
            .find((text) => text.includes(traceOf(json)));
        const entry = JSON.parse(line);
        assert.equal(entry.event, 'request.failed');
        assert.equal(entry.status, 503);
        assert.equal(entry.route, '/v1/campaigns/{c}/signups');
        assert.ok(!line.includes('nobody@example.org'));
        rig.start('signup.0');
        await rig.ready('signup.0');
    });

// engines -- the store is several Redis servers, and its masters die.
//
// The same broadcast, sign-ups and check-ins as in kill.test.mjs, with
// replicas_required = 1, under three Sentinels and on a Cluster. Masters are
// killed with -9 and come back when their replicas have taken over; a slot
// moves to another master in mid-broadcast, some keys at a time. What was
// acknowledged is there, nothing is done twice, and as no courier dies nobody
// is in doubt.
//
//   MUSTER_SEED=n   the same victims again
//   MUSTER_LONG=1   100 kills of each (else 3)
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';

import {rehearse} from './rehearse.mjs';
import {wait_until} from './world.mjs';

const IS_LONG = Boolean(process.env.MUSTER_LONG);
const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1000000);
const KILLS = IS_LONG ? 100 : 3;
const RATE = 100;
const CALM_MS = 500; // work goes on between two failovers
const FAILOVER_MS = 30000;

// Until another is master, and until the killed one follows it.
async function fail_over(world, victim) {
    await wait_until(`${victim} dies`, () => world.kill(victim));
    await wait_until(`${victim} has a successor`, async () =>
        !(await world.fleet.masters()).includes(victim) &&
        await world.fleet.isWhole(), FAILOVER_MS);
}

async function kill_masters(world, {kills, random}) {
    const killed = [];
    while (killed.length < kills) {
        await pause(CALM_MS);
        const masters = await world.fleet.masters();
        const victim = masters[Math.floor(random() * masters.length)];
        await fail_over(world, victim);
        killed.push(victim);
    }
    return killed;
}

async function move_slots(world, {recipients}) {
    const moved = [];
    for (const part of [1, 2]) {
        await wait_until('the sending proceeds', async () =>
            (await world.provider('/stats')).distinct > recipients * part / 4);
        const begin_ms = Date.now();
        const keys = await world.fleet.moveSlot('{chaos}');
        moved.push(`${keys} keys in ${Date.now() - begin_ms} ms`);
    }
    return moved;
}

const timeout = IS_LONG ? 3600000 : 300000;

for (const engine of ['sentinel', 'cluster']) {
    test(`${engine}: ${KILLS} masters die, and nothing is lost or doubled`,
        {timeout}, async (t) => {
            const counts = await rehearse(t, {engine, rate: RATE, seed: SEED,
                recipients: IS_LONG ? 20000 : 1000, kills: KILLS,
                disturb: kill_masters});
            assert.equal(counts.accepted, IS_LONG ? 20000 : 1000);
        });
}

test('cluster: a slot that moves in mid-broadcast goes unnoticed', {timeout},
    async (t) => {
        const counts = await rehearse(t, {engine: 'cluster', rate: RATE,
            seed: SEED, recipients: 1000, disturb: move_slots});
        assert.equal(counts.accepted, 1000);
    });

// kill -- any process dies at any moment, and nobody is sent anything twice.
//
// A broadcast goes to a crowd through an HTTP provider that remembers, while
// people go on signing up and checking in, and while processes are killed
// with -9 as the sending proceeds. At the end every recipient is exactly one
// of accepted, failed, withheld, in doubt; the provider saw nobody twice;
// whoever is in doubt was on the wire when a courier was killed; and what was
// acknowledged meanwhile is there. The same when couriers are frozen for longer
// than their leases last.
//
//   MUSTER_SEED=n   the same victims at the same points again
//   MUSTER_LONG=1   20,000 recipients and 50 kills (else twice 1,000 and 7)
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {freeze_couriers, rehearse} from './rehearse.mjs';
import {VICTIMS} from './world.mjs';

const IS_LONG = Boolean(process.env.MUSTER_LONG);
const SEED = Number(process.env.MUSTER_SEED ?? Date.now() % 1000000);
const NOT_COURIERS = VICTIMS.filter((name) => !name.startsWith('courier'));

test('a kill of anything but a courier leaves nobody in doubt',
    {timeout: 300000}, async (t) => {
        const counts = await rehearse(t, {recipients: 1000, kills: 7,
            victims: NOT_COURIERS, rate: 150, seed: SEED});
        assert.equal(counts.accepted, 1000);
    });

test('a courier that was frozen sends nothing of its old leases',
    {timeout: 300000}, async (t) => {
        await rehearse(t, {recipients: 1000, rate: 150, seed: SEED + 2,
            disturb: freeze_couriers});
    });

test('whatever is killed, everybody is handed over once or listed by name',
    {timeout: IS_LONG ? 900000 : 300000}, async (t) => {
        await rehearse(t, IS_LONG ?
            {recipients: 20000, kills: 50, victims: VICTIMS, rate: 400,
                seed: SEED + 1} :
            {recipients: 1000, kills: 7, victims: VICTIMS, rate: 150,
                seed: SEED + 1});
    });

// old_redis -- a rig's Redis, copied while it works and put back later, as an
// operator with a backup does it.
//
//   copyRedis(rig)                       as it is at this moment
//   await goBack(rig, 'SIGTERM')         stops everything by that signal, puts
//                                        the copy back, starts everything
//   await failOver(rig)                  kills Redis alone and puts the copy in
//                                        its place, as a failover with a lost
//                                        tail does
import assert from 'node:assert/strict';
import {cpSync, rmSync} from 'node:fs';

const aof = (rig) => rig.path('redis', 'appendonlydir');
const copy = (rig) => rig.path('copy');

/** While it is stopped, nothing is half written. */
export function copyRedis(rig) {
    const {child} = rig.processes.get('redis');
    rmSync(copy(rig), {recursive: true, force: true});
    child.kill('SIGSTOP');
    try {
        cpSync(aof(rig), copy(rig), {recursive: true});
    } finally {
        child.kill('SIGCONT');
    }
}

async function putBack(rig) {
    rmSync(aof(rig), {recursive: true});
    cpSync(copy(rig), aof(rig), {recursive: true});
    rig.start('redis');
    await rig.ready('redis');
}

export async function failOver(rig) {
    await rig.kill('redis');
    await putBack(rig);
}

export async function goBack(rig, signal = 'SIGTERM') {
    const names = [...rig.names().reverse(), 'redis'];
    if (signal === 'SIGKILL')
        await Promise.all(names.map((name) => rig.kill(name, signal)));
    else
        for (const name of names)
            assert.equal(await rig.kill(name, signal), 0, name);
    await putBack(rig);
    await rig.startServices();
}

// services -- the list of services, services/services.txt, as tests read it.
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const TOP = join(dirname(fileURLToPath(import.meta.url)), '../..');

// {name, owner (null: none), instances, admin, about}, in the order of
// starting.
export function readServices(top) {
    return readFileSync(join(top, 'services/services.txt'), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => {
            const [name, owner, instances, admin, ...about] =
                line.split(/\s+/);
            return {name, owner: owner === '-' ? null : owner,
                instances: Number(instances), admin: Number(admin),
                about: about.join(' ')};
        });
}

export const SERVICES = readServices(TOP);

// ['signup.0', …] with so many of each: counts over what is usual.
export function processes(counts = {}) {
    return SERVICES.flatMap(({name, instances}) => Array.from(
        {length: counts[name] ?? instances}, (_, i) => `${name}.${i}`));
}

// Redis' users, as docker/users.acl has them. hashOf(name): of a service's
// password, hex of SHA-256.
export function aclUsers(hashOf) {
    const lines = readFileSync(join(TOP, 'docker/users.acl'), 'utf8')
        .split('\n').filter((line) => line.startsWith('user '));
    const [usual, each] = lines;
    return [usual, ...SERVICES.filter(({owner}) => owner).map(
        ({name, owner}) => each.replace('NAME', name).replace('OWNER', owner)
            .replace('PASSWORD', `#${hashOf(name)}`))]
        .map((line) => `${line}\n`).join('');
}

// snapshot -- what one campaign counts, asked over HTTP alone, so that two
// versions of Muster on the same var/ can be held against each other.
//
//   const counted = await takeSnapshot(call, 'spring-march');
//
// call(method, path, body) -> the answer's JSON, as an admin of the campaign.
// A broadcast's leases change hands: ask when nothing is being sent.
const QUERIES = [
    'all',
    'role:care-worker',
    'role:unpaid-carer,draws-on-care',
    '-role:care-worker',
    'region:north-west',
    'format:easy-read',
    'format:welsh,large-print',
    'consent:sms',
    'consent:email',
    'signedup:walk',
    'signedup:hall',
    'waitlisted:hall',
    'in:walk',
    'signedup:walk -signedup:hall',
];
const STATES = [
    'pending', 'leased', 'deferred', 'accepted', 'delivered', 'failed',
    'withheld', 'in_doubt', 'expired', 'superseded', 'stopped',
];

export async function takeSnapshot(call, campaign) {
    const c = `/v1/campaigns/${campaign}`;
    // The log first: what is asked below is recorded in it too.
    const audit = await readAudit(call, c);
    const {actions} = await call('GET', `${c}/actions`);
    return {
        audit,
        actions: actions.map(({id, capacity, confirmed, waitlisted}) =>
            ({id, capacity, confirmed, waitlisted})),
        attendance: await readAttendance(call, c, actions),
        audiences: await readAudiences(call, c),
        broadcasts: await readBroadcasts(call, c),
        staff: (await call('GET', `${c}/staff`)).staff
            .map(({login, role}) => `${login} ${role}`).sort(),
    };
}

async function readAudit(call, c) {
    const hashes = [];
    let isWhole = true;
    for (let after = 0; ;) {
        const page = await call('GET', `${c}/audit?after=${after}`);
        hashes.push(...page.records.map(({hash}) => hash));
        isWhole &&= page.is_whole;
        if (!page.next) return {length: hashes.length, isWhole, hashes};
        after = page.next;
    }
}

async function readAttendance(call, c, actions) {
    const counts = {};
    for (const {id} of actions) {
        const {inside, arrived, signed_up, gates, roles} =
            await call('GET', `${c}/actions/${id}/attendance`);
        counts[id] = {inside, arrived, signed_up,
            gates: gates.map((g) => `${g.gate} ${g.inside} ${g.arrived}`),
            roles: roles.map((r) =>
                `${r.role} ${r.inside} ${r.arrived} ${r.signed_up}`)};
    }
    return counts;
}

// With class campaign: who has agreed, unsubscribed and has no contact shows.
async function readAudiences(call, c) {
    const counts = {};
    for (const query of QUERIES) {
        const {people, channels} = await call('POST',
            `${c}/audiences/preview`, {query, class: 'campaign'});
        counts[query] = {people, channels};
    }
    return counts;
}

async function readBroadcasts(call, c) {
    const {broadcasts} = await call('GET', `${c}/broadcasts`);
    const found = {};
    for (const {id} of broadcasts) {
        const b = `${c}/broadcasts/${id}`;
        const {name, stage, content_hash, channels} = await call('GET', b);
        found[name] = {id, stage, content_hash, recipients: {},
            channels: channels.map(({channel, audience, counts}) =>
                ({channel, audience, counts}))};
        if (channels.length === 0) continue;
        found[name].isEqual = (await call('POST', `${b}/recount`)).is_equal;
        for (const {channel} of channels)
            found[name].recipients[channel] =
                await readRecipients(call, b, channel);
    }
    return found;
}

async function readRecipients(call, b, channel) {
    const numbers = {};
    for (const state of STATES) {
        const page = await call('GET',
            `${b}/recipients?state=${state}&channel=${channel}`);
        if (page.numbers.length > 0) numbers[state] = page.numbers;
    }
    return numbers;
}

// campaign -- the small campaign that the rig loads, and its routes.
export const PASSWORD = 'correct horse battery';
export const ROUTES = `[route.sms-outbox]
channel = sms
provider = outbox
rate = 2000
concurrency = 50
[route.email-outbox]
channel = email
provider = outbox
rate = 2000
concurrency = 50
`;
export const ROLES = ['admin', 'organiser', 'approver', 'coordinator', 'steward'];
export const CAMPAIGN = {
    name: 'Spring March',
    summary: 'A campaign for tests.',
    roles: ['care-worker', 'unpaid-carer', 'draws-on-care'],
    regions: ['north-west', 'london'],
    sms_sender: 'SpringMarch',
    email_from: 'hello@spring-march.example.org',
    email_from_name: 'Spring March',
    approval_above: 1000,
    allows_drama_numbers: true,
    consent_wording: 'Yes, you may ask me by this channel to take part.',
    consent_version: '1',
};
export const ACTIONS = {
    rally: {
        name: 'Rally in the square',
        kind: 'rally',
        place: 'The square',
        starts_at: '2030-03-01T11:00:00Z',
        ends_at: '2030-03-01T15:00:00Z',
        gates: [
            {id: 'north', name: 'North gate'},
            {id: 'south', name: 'South gate'},
        ],
    },
    lobby: {
        name: 'Meet your MP',
        kind: 'lobby',
        starts_at: '2030-03-01T13:00:00Z',
        ends_at: '2030-03-01T16:00:00Z',
        capacity: 2,
        gates: [{id: 'door', name: 'The door'}],
    },
};

/* tickets -- tickets made and read: computed and answered at once. */
#ifndef CHECKIN_TICKETS_H
#define CHECKIN_TICKETS_H

struct asked;

#define TICKET_NOT_OURS "this is not one of our tickets"

/* Refuses with it, at the field "code": that field is what tells a guess
 * from other refusals. Consumes ask. */
void ticket_refuse(struct asked *ask);
void ticket_issue(struct asked *ask);
void ticket_read(struct asked *ask);
void ticket_give_keys(struct asked *ask);

#endif

/* person -- one supporter as the store has them at this moment. */
#ifndef SIGNUP_SUPPORTER_PERSON_H
#define SIGNUP_SUPPORTER_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/client/attributes.h"
#include "common/store/store.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/people/record.h"

struct person {
    bool exists;
    bool is_readable; /* and the record could be opened */
    uint32_t flags;
    uint16_t said[ATTRIBUTE_COUNT]; /* as stored */
    size_t state_count;             /* 0 unless it exists */
    const uint8_t *states; /* borrowed from the reply: an action each */
    struct record record;
    struct bytes sealed; /* borrowed from the reply */
};

/* The i-th supporter of people.lua's reply. number is for the log alone. */
void person_read(const struct campaign *campaign,
                 const struct store_reply *reply, size_t i, uint32_t number,
                 struct person *out);
/* The same without opening the record. */
void person_read_facts(const struct store_reply *reply, size_t i,
                       struct person *out);

#endif

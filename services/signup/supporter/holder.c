/* holder -- whoever holds a contact, by a link that was sent to it. */
#include "services/signup/supporter/holder.h"

#include "services/signup/people/address.h"
#include "services/signup/people/rules.h"

static bool
has_contact(const struct record *record, int channel_index)
{
    return channel_index == 0 ? record->phone != 0 : record->email[0] != '\0';
}

static bool
has_salt(const struct record *record, int channel_index, uint32_t salt)
{
    return has_contact(record, channel_index) &&
           record->salts[channel_index] == salt;
}

bool
holder_is(const struct record *record, const Signup__Proof *by)
{
    int channel = rules_channel_index(by->channel);
    if (channel < 0) {
        return by->salt == 0 &&
               (has_salt(record, 0, 0) || has_salt(record, 1, 0));
    }
    return has_salt(record, channel, by->salt);
}

bool
holder_shares(const struct record *a, const struct record *b, int channel_index)
{
    return channel_index == 0 ? a->phone != 0 && a->phone == b->phone
                              : a->email[0] != '\0' &&
                                    address_is_same_email(a->email, b->email);
}

/* rehearse_prove -- who signed up by themselves opens the message that came,
 * and presses a button of the page it links to, or does not.
 *
 * Messages are read from the outbox, by the address they went to, as their
 * phone would show them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/people/people.h"
#include "services/cli/rehearsal/rehearsal.h"

#define WAIT_MS_MAX 60000 /* for the messages */
#define TURN_MS 50
#define ALONE_FIRST (1U << 20) /* no phone: a mail address of their own */
#define LINK "/y/"
#define TOKEN_CHARS 22

json_t *
crowd_person(const struct rehearsal *r, uint32_t index)
{
    const struct people people = {r->seed, json_object_get(r->info, "roles"),
                                  json_object_get(r->info, "regions"),
                                  field_text(r->info, "consent_version")};
    bool is_alone = r->guests[index].way != GUEST_VOUCHED;
    return people_make(&people, is_alone ? ALONE_FIRST + index : index);
}

/* By address: the index of the guest. Owned. */
static json_t *
list_addresses(const struct rehearsal *r)
{
    json_t *list = json_object();
    for (long i = 0; i < r->people_count; i++) {
        if (r->guests[i].way != GUEST_VOUCHED) {
            json_t *person = crowd_person(r, (uint32_t)i);
            json_set_whole(list, field_text(person, "email"), i);
            json_decref(person);
        }
    }
    return list;
}

/* ---- one message ---- */

/* "/y/<token>" of the first link to a contact's page; false: there is none. */
static bool
find_link(const char *text, char path[TOKEN_CHARS + 4])
{
    const char *at = strstr(text, LINK);
    if (at == NULL || strlen(at) < sizeof(LINK) - 1 + TOKEN_CHARS) {
        return false;
    }
    (void)snprintf(path, TOKEN_CHARS + 4, "%.*s",
                   (int)(sizeof(LINK) - 1 + TOKEN_CHARS), at);
    return true;
}

/* False: the button did nothing; said why. */
static bool
press(struct rehearsal *r, struct guest *guest, const char *text)
{
    static const char *const buttons[GUEST_WAYS] = {
        [GUEST_SAYS_YES] = "do=yes", [GUEST_SAYS_NOT_ME] = "do=not-me"};
    const char *button = buttons[guest->way];
    char path[TOKEN_CHARS + 4];
    if (button == NULL) {
        return true;
    }
    if (!find_link(text, path)) {
        say_error("a confirmation has no link to its page");
        return false;
    }
    struct api_answer answer = api_submit(r->nobody, button, "%s", path);
    bool is_ok = api_is_ok(&answer) || answer.status == 303;
    if (is_ok) {
        guest->has_answered = true;
        r->answered++;
    } else {
        say_error("pressing a button of a confirmation: status %d",
                  answer.status);
    }
    api_answer_clear(&answer);
    return is_ok;
}

static bool
take_message(struct rehearsal *r, const json_t *addresses,
             const json_t *message)
{
    const json_t *index = json_object_get(addresses, field_text(message, "to"));
    char prefix[128];
    (void)snprintf(prefix, sizeof(prefix), "%s.%s.", r->campaign, CONFIRMATION);
    if (index == NULL ||
        strncmp(field_text(message, "ref"), prefix, strlen(prefix)) != 0) {
        return true;
    }
    struct guest *guest = &r->guests[json_integer_value(index)];
    if (guest->has_message) {
        return true; /* reckon_outbox.c counts what came twice */
    }
    guest->has_message = true;
    r->messages++;
    return press(r, guest, field_text(message, "text"));
}

/* ---- all of them ---- */

/* What is new in the outbox; *count_out: how many messages. */
static bool
take_page(struct rehearsal *r, const json_t *addresses, struct tally *at,
          size_t *count_out)
{
    struct api_answer page = reckon_next_page(r, at);
    const json_t *messages = json_object_get(page.body, "messages");
    bool is_ok = api_is_ok(&page);
    *count_out = json_array_size(messages);
    if (!is_ok) {
        say_error("the outbox: %s", page.why);
    }
    for (size_t i = 0; is_ok && i < *count_out; i++) {
        is_ok = take_message(r, addresses, json_array_get(messages, i));
        view_refresh(r);
    }
    api_answer_clear(&page);
    return is_ok;
}

bool
crowd_prove(struct rehearsal *r)
{
    size_t alone = (size_t)r->people_count - r->ways[GUEST_VOUCHED];
    int64_t until_ms = clock_boot_ms() + WAIT_MS_MAX;
    json_t *addresses = list_addresses(r);
    struct tally at = r->before;
    bool is_ok = true;
    while (is_ok && r->messages < alone && clock_boot_ms() < until_ms) {
        size_t count;
        is_ok = take_page(r, addresses, &at, &count);
        if (count == 0) {
            loop_turn(r->cli->loop, TURN_MS);
            view_refresh(r);
        }
    }
    json_decref(addresses);
    if (is_ok && r->messages < alone) {
        say_error("%zu of %zu confirmations are not in the outbox after a "
                  "minute",
                  alone - r->messages, alone);
    }
    return is_ok && r->messages == alone;
}

/* reckon_outbox -- what is in the outbox, page by page. */
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/rehearsal/reckon_outbox.h"
#include "services/cli/rehearsal/rehearsal.h"

struct api_answer
reckon_next_page(struct rehearsal *r, struct tally *tally)
{
    struct api_answer answer =
        api_get(r->organiser, "/v1/campaigns/%s/outbox?after=%s", r->campaign,
                tally->outbox_end[0] == '\0' ? "0" : tally->outbox_end);
    if (api_is_ok(&answer)) {
        (void)snprintf(tally->outbox_end, sizeof(tally->outbox_end), "%s",
                       field_text(answer.body, "next"));
    }
    return answer;
}

static bool
skip_outbox(struct rehearsal *r, struct tally *tally)
{
    for (;;) {
        struct api_answer page = reckon_next_page(r, tally);
        bool is_ok = api_is_ok(&page);
        size_t count = json_array_size(json_object_get(page.body, "messages"));
        if (!is_ok) {
            say_error("the outbox: %s", page.why);
        }
        api_answer_clear(&page);
        if (!is_ok || count == 0) {
            return is_ok;
        }
    }
}

bool
reckon_find_outbox_end(struct rehearsal *r)
{
    return skip_outbox(r, &r->before);
}

/* ---- what was sent by one broadcast ---- */

/* A message's ref is <campaign>.<broadcast>.<number>.<s|e>.<MAC>. */
static void
find_message(struct found *found, const char *prefix, const json_t *message)
{
    const char *ref = field_text(message, "ref");
    size_t len = strlen(prefix);
    if (strncmp(ref, prefix, len) != 0) {
        return;
    }
    char number[16];
    size_t digits = strspn(ref + len, "0123456789");
    (void)snprintf(number, sizeof(number), "%.*s", (int)digits, ref + len);
    int channel = strcmp(field_text(message, "channel"), "sms") == 0 ? 0 : 1;
    found->messages[channel]++;
    if (json_object_get(found->recipients[channel], number) != NULL) {
        found->twice++;
    }
    json_set_bool(found->recipients[channel], number, true);
}

void
found_init(struct found *found)
{
    *found = (struct found){.recipients = {json_object(), json_object()}};
}

void
found_clear(struct found *found)
{
    for (int channel = 0; channel < CHANNELS; channel++) {
        json_decref(found->recipients[channel]);
    }
}

bool
reckon_read_outbox(struct rehearsal *r, const char *broadcast,
                   struct found *found)
{
    char prefix[128];
    struct tally at = r->before;
    size_t count = 1;
    bool is_ok = true;
    (void)snprintf(prefix, sizeof(prefix), "%s.%s.", r->campaign, broadcast);
    while (is_ok && count > 0) {
        struct api_answer page = reckon_next_page(r, &at);
        const json_t *messages = json_object_get(page.body, "messages");
        is_ok = api_is_ok(&page);
        count = json_array_size(messages);
        for (size_t i = 0; i < count; i++) {
            find_message(found, prefix, json_array_get(messages, i));
        }
        if (!is_ok) {
            say_error("the outbox: %s", page.why);
        }
        api_answer_clear(&page);
    }
    return is_ok;
}

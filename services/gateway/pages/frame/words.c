/* words -- slugs, kinds and seats as people read them. */
#include "services/gateway/pages/frame/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *
show_label(const char *slug, char to[SHOW_LABEL_SIZE])
{
    snprintf(to, SHOW_LABEL_SIZE, "%s", slug);
    for (char *c = to; *c != '\0'; c++) {
        *c = *c == '-' || *c == '_' ? ' ' : *c;
    }
    to[0] = (char)toupper((unsigned char)to[0]);
    return to;
}

static const struct {
    const char *field, *label;
} labels[] = {
    {"name", "Your name"},
    {"phone", "The mobile number"},
    {"email", "The email"},
    {"role", "The role"},
    {"region", "The region"},
    {"format", "The format"},
    {"confirm_by", "Where we write first"},
    {"actions", "The list of actions"},
};

const char *
show_error_words(const struct json_error_item *error, char to[SHOW_ERROR_SIZE])
{
    const char *label = "This";
    for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
        bool is_it = strcmp(labels[i].field, error->field) == 0;
        label = is_it ? labels[i].label : label;
    }
    snprintf(to, SHOW_ERROR_SIZE, "%s%s%s.", error->is_sentence ? "" : label,
             error->is_sentence ? "" : " ", error->detail);
    to[0] = (char)toupper((unsigned char)to[0]);
    return to;
}

const char *
show_sentence(const char *words, char to[SHOW_SENTENCE_SIZE])
{
    snprintf(to, SHOW_SENTENCE_SIZE - 1, "%s", words);
    size_t len = strlen(to);
    if (len > 0 && strchr(".?!", to[len - 1]) == NULL) {
        memcpy(to + len, ".", sizeof("."));
    }
    to[0] = (char)toupper((unsigned char)to[0]);
    return to;
}

const char *
show_kind(Words__ActionKind kind)
{
    static const char *const kinds[] = {
        [WORDS__ACTION_KIND__KIND_NONE] = "Action",
        [WORDS__ACTION_KIND__KIND_RALLY] = "Rally",
        [WORDS__ACTION_KIND__KIND_MARCH] = "March",
        [WORDS__ACTION_KIND__KIND_LOBBY] = "Lobby",
        [WORDS__ACTION_KIND__KIND_ROUNDTABLE] = "Roundtable",
        [WORDS__ACTION_KIND__KIND_SCREENING] = "Film",
        [WORDS__ACTION_KIND__KIND_ONLINE] = "Online",
    };
    size_t i = (size_t)kind;
    return i < sizeof(kinds) / sizeof(*kinds) ? kinds[i] : kinds[0];
}

static const struct show_state *
find_state(Words__PlaceState state)
{
    static const struct show_state states[] = {
        [WORDS__PLACE_STATE__PLACE_NONE] = {"No place", "", ""},
        [WORDS__PLACE_STATE__PLACE_CONFIRMED] = {"You have a place", "good",
                                                 ""},
        [WORDS__PLACE_STATE__PLACE_WAITLISTED] =
            {"Waiting list", "wait",
             "It is full just now. We tell you when a place comes free."},
        [WORDS__PLACE_STATE__PLACE_OFFERED] = {"A place is offered", "wait",
                                               ""},
        [WORDS__PLACE_STATE__PLACE_CANCELLED] = {"Cancelled", "bad", ""},
        [WORDS__PLACE_STATE__PLACE_HELD] =
            {"Kept for you", "wait",
             "Kept for you until you confirm. Our message says how."},
        [WORDS__PLACE_STATE__PLACE_ASKED] =
            {"No place yet", "wait",
             "Full or being confirmed: yours when you confirm, if one is "
             "left. Else you join the waiting list."},
    };
    size_t i = (size_t)state;
    return i < sizeof(states) / sizeof(*states) ? &states[i] : &states[0];
}

Words__PlaceState
show_place_state(const Signup__Action *action, Words__PlaceState state)
{
    if (state != WORDS__PLACE_STATE__PLACE_TWIN) {
        return state;
    }
    return action->has_capacity ? WORDS__PLACE_STATE__PLACE_HELD
                                : WORDS__PLACE_STATE__PLACE_CONFIRMED;
}

bool
show_is_full(const Signup__Action *action)
{
    return action->has_capacity && action->confirmed >= action->capacity;
}

const struct show_state *
show_state_at(const Signup__Action *action, Words__PlaceState state)
{
    static const struct show_state asks_full = {
        "No place yet", "wait",
        "Full. Confirm, and you join the waiting list."};
    bool is_asked = state == WORDS__PLACE_STATE__PLACE_ASKED;
    return is_asked && show_is_full(action)
               ? &asks_full
               : find_state(show_place_state(action, state));
}

const char *
show_seats(const Signup__Action *action, char to[SHOW_SEATS_SIZE])
{
    to[0] = '\0';
    if (!action->has_capacity) {
        return to;
    }
    if (show_is_full(action)) {
        snprintf(to, SHOW_SEATS_SIZE,
                 "Full. Sign up and confirm, and you join the waiting list.");
        return to;
    }
    uint32_t left = action->capacity - action->confirmed;
    snprintf(to, SHOW_SEATS_SIZE, "%u %s left", left,
             left == 1 ? "place" : "places");
    return to;
}

const char *
show_code(const char *code, char to[SHOW_CODE_SIZE])
{
    size_t len = 0;
    for (size_t i = 0; code[i] != '\0' && len + 2 < SHOW_CODE_SIZE; i++) {
        if (i > 0 && i % 5 == 0) {
            to[len++] = '-';
        }
        to[len++] = code[i];
    }
    to[len] = '\0';
    return to;
}

const char *
show_hint(const char *hint, char to[SHOW_HINT_SIZE])
{
    static const char dots[] = "\xe2\x80\xa6", joiner[] = "\xe2\x81\xa0";
    const char *at = hint == NULL ? NULL : strstr(hint, dots);
    size_t len = at == NULL ? 0 : (size_t)(at - hint) + strlen(dots);
    (void)snprintf(to, SHOW_HINT_SIZE, "%.*s%s%s", (int)len,
                   hint == NULL ? "" : hint, at == NULL ? "" : joiner,
                   hint == NULL ? "" : hint + len);
    return to;
}

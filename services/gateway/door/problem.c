/* problem -- what can go wrong, as RFC 9457 says it. */
#include "services/gateway/door/problem.h"

#include <stdio.h>
#include <string.h>

#define TITLE_400 "This request cannot be understood"
#define TITLE_503 "Not now"
#define AS_DOCUMENTED                                                          \
    "Look at /v1/openapi.json, which says what each request is made of."

/* The first of a status is what that status means without more. */
static const struct problem problems[] = {
    {"bad-request", 400, TITLE_400,
     "The request is not in the form that this address takes.", AS_DOCUMENTED},
    {"invalid-field", 400, TITLE_400,
     "Some fields are missing or wrong. Each is listed with its name and what "
     "is wrong with it.",
     "Mend those fields and send it again. Nothing has been done."},
    {"unauthenticated", 401, "Who are you?",
     "This is for staff, and the request did not say who asks, or its token "
     "has run out.",
     "Sign in, or send a token as Authorization: Bearer."},
    {"forbidden", 403, "You may not do this",
     "You are known, but your role does not allow this, or it belongs to "
     "another campaign.",
     "Ask an administrator of the campaign."},
    {"not-found", 404, "There is nothing here",
     "There is nothing at this address, or nothing of that name.",
     "Check the address, letter by letter."},
    {"wrong-method", 405, "Not by this method",
     "The address is right, the method is not.",
     "The header Allow says which methods there are."},
    {"conflict", 409, "This conflicts with what is there",
     "What was asked does not fit what has happened meanwhile.",
     "Look at it as it now stands, and decide again."},
    {"gone", 410, "This was here and is no more",
     "It has been taken away for good.", "There is no way back to it."},
    {"too-large", 413, "Too much at once",
     "The request holds more than is taken at once.",
     "Send it in smaller parts."},
    {"address-too-long", 414, "The address is too long",
     "The address has more than 2,048 bytes.", AS_DOCUMENTED},
    {"wrong-content-type", 415, "Not this kind of content",
     "The body is of another kind than is read here.",
     "Send JSON, with Content-Type: application/json."},
    {"rate-limited", 429, "Too often",
     "This was asked too often from one place, or too often in vain.",
     "Wait as long as the header Retry-After says, then try again."},
    {"headers-too-large", 431, "Too many headers",
     "The headers of the request are longer than is read.",
     "Send fewer; perhaps clear this site's cookies."},
    {"internal", 500, "A mistake of ours",
     "Something failed that should not have. It has been written to the log, "
     "with the number in instance.",
     "Tell whoever runs this, with that number."},
    {"not-implemented", 501, "Not this method",
     "This method is not known here at all.", AS_DOCUMENTED},
    {"unavailable", 503, TITLE_503,
     "A part of the system cannot be reached just now. Nothing has been done.",
     "Wait as long as the header Retry-After says, then send it again."},
    {"outcome-unknown", 503, TITLE_503,
     "A part of the system went away while it worked on this. It may have "
     "been done, or not.",
     "Send it again: the same request is done once however often it is sent."},
    {"no-answer", 504, "No answer in time",
     "A part of the system did not answer in time. It may have been done, or "
     "not.",
     "Send it again: the same request is done once however often it is sent."},
};
#define PROBLEM_COUNT (sizeof(problems) / sizeof(problems[0]))

const struct problem *
problem_find(const char *slug)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        if (strcmp(problems[i].slug, slug) == 0) {
            return &problems[i];
        }
    }
    return NULL;
}

const struct problem *
problem_of_status(int status)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        if (problems[i].status == status) {
            return &problems[i];
        }
    }
    return status < 500 ? &problems[0] : problem_find("internal");
}

const struct problem *
problem_of_err(enum err err, const char *type)
{
    const struct problem *said = problem_find(type);
    if (said != NULL && said->status == err_http_status(err)) {
        return said;
    }
    return err == ERR_UNKNOWN ? problem_find("outcome-unknown")
                              : problem_of_status(err_http_status(err));
}

const struct problem *
problem_of_fields(void)
{
    return problem_find("invalid-field");
}

json_t *
problem_to_json(const struct problem *problem, const char *detail,
                const char *field, uint64_t trace)
{
    char instance[sizeof("urn:muster:trace:") + TRACE_TEXT_SIZE];
    char type[64], text[TRACE_TEXT_SIZE];
    (void)snprintf(instance, sizeof(instance), "urn:muster:trace:%s",
                   trace_format(trace, text));
    (void)snprintf(type, sizeof(type), PROBLEM_PATH "%s", problem->slug);
    json_t *object = json_object();
    json_set_text(object, "type", type);
    json_set_text(object, "title", problem->title);
    json_set_whole(object, "status", problem->status);
    if (*detail != '\0') {
        json_set_text(object, "detail", detail);
    }
    if (*field != '\0') {
        json_set_text(object, "field", field);
    }
    json_set_text(object, "instance", instance);
    return object;
}

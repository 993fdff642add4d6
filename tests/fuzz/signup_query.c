/* signup_query -- any bytes as the text of an audience, parsed and bound. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "services/signup/audience/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned
action_number(void *arg, const char *id, const char **id_out)
{
    (void)arg;
    *id_out = "rally";
    return strcmp(id, "rally") == 0 ? 1 : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *const words[] = {"nurse", "family"};
    static const struct plan_words known = {
        .lists = {[ATTRIBUTE_role] = words, [ATTRIBUTE_region] = words},
        .counts = {[ATTRIBUTE_role] = 2, [ATTRIBUTE_region] = 2},
        .action_number = action_number};
    static struct query query;
    static struct plan plan;
    char text[QUERY_BYTES_MAX + 100], why[QUERY_WHY_SIZE];
    size_t len = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
    memcpy(text, data, len);
    text[len] = '\0';
    if (query_parse(text, &query, why) != ERR_NONE) {
        assert(strlen(why) > 0 && strlen(why) < QUERY_WHY_SIZE);
        return 0;
    }
    assert(query.term_count >= 1 && query.term_count <= QUERY_TERMS_MAX);
    if (plan_make(&query, &known, "rally", &plan, why) == ERR_NONE) {
        assert(plan.term_count == query.term_count);
        assert(plan.slot_count <= PLAN_SLOTS_MAX);
    } else {
        assert(strlen(why) > 0 && strlen(why) < QUERY_WHY_SIZE);
    }
    return 0;
}

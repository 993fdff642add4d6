/* identity -- which supporter a sign-up belongs to. */
#include "services/signup/people/identity.h"

#include <stdbool.h>

#include "services/signup/people/address.h"
#include "services/signup/people/names.h"

struct likeness {
    bool has_phone, has_email; /* in common */
    bool is_other_name;
};

static struct likeness
compare(const struct identity *asked, const struct identity *known)
{
    return (struct likeness){
        .has_phone = asked->phone != 0 && asked->phone == known->phone,
        .has_email = asked->email != NULL && known->email != NULL &&
                     address_is_same_email(asked->email, known->email),
        .is_other_name = names_clearly_differ(asked->name, known->name)};
}

/* Shares a contact, but brings another and another name. */
static bool
is_another(const struct identity *asked, const struct likeness *like)
{
    bool brings_phone = asked->phone != 0 && !like->has_phone;
    bool brings_email = asked->email != NULL && !like->has_email;
    return like->is_other_name && (brings_phone || brings_email);
}

/* Higher is likelier; 0: not the same supporter. */
static int
score(const struct identity *asked, const struct identity *known)
{
    struct likeness like = compare(asked, known);
    if ((!like.has_phone && !like.has_email) || is_another(asked, &like)) {
        return 0;
    }
    return (like.is_other_name ? 0 : 8) +
           (like.has_phone && like.has_email ? 4 : 0) +
           (like.has_phone ? 2 : 1);
}

int
identity_choose(const struct identity *asked, const struct identity *known,
                size_t count)
{
    int best = IDENTITY_NEW, best_score = 0;
    for (size_t i = 0; i < count; i++) {
        int got = score(asked, &known[i]);
        if (got > best_score) {
            best = (int)i;
            best_score = got;
        }
    }
    return best;
}

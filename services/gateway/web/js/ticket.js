// ticket -- remembers tickets on this phone, for the gate's own page. Not
// those that staff have made at a desk: that phone is theirs.

const tickets = document.querySelectorAll('[data-code]');
for (const {dataset} of tickets) {
    const {code, campaign, action, remember} = dataset;
    try {
        if (remember !== 'no')
            localStorage.setItem(`muster-ticket/${campaign}/${action}`, code);
    } catch {
        // A phone that keeps nothing: the code can be typed.
    }
}

"""Routes, insertion and large-neighbourhood search, in the part of Python that numba also compiles.

Every function here runs twice the same: as it stands on lists of integers, and compiled on 64-bit arrays. There are only
integers, of at most 62 bits, and a generator of two multiplicative congruences (L'Ecuyer 1988, Communications of the ACM
31(6), 742-751, doi:10.1145/62959.62969), so both ways give the same routes.

The search is ruin and recreate: related removal (Shaw 1998, CP98, doi:10.1007/3-540-49481-2_30), strings of neighbouring
routes (Christiaens and Vanden Berghe 2020, Transportation Science 54(2), 417-433, doi:10.1287/trsc.2019.0914), worst and
random removal; greedy insertion in several orders with blinks, or with regret (Potvin and Rousseau 1993, EJOR 66(3),
331-340); accepted by simulated annealing on cost plus tolls. The best plan is kept by the problem's own order: first what
is missed, level by level, then cost.
"""

from __future__ import annotations

from optimiser.kernels.net import Net, Numbers, Routes, Scratch

# These stand here because numba's cache is renewed when this file changes, and only then.
NEVER = 2**62
"""The price of an insertion that breaks a constraint."""
BLINK = 96
"""One in so many positions is overlooked on purpose during the search."""
SMALL, SHORT_BLINK = 40, 4
"""Up to so many needs, a quarter of the rounds overlook one position in so many."""


def draw(rng: Numbers, bound: int) -> int:
    """Draw a number from 0 to bound - 1."""
    rng[0] = rng[0] * 40014 % 2147483563
    rng[1] = rng[1] * 40692 % 2147483399
    mixed = rng[0] - rng[1]
    if mixed < 1:
        mixed += 2147483562
    return mixed % bound


def refresh(net: Net, r: Routes, j: int) -> None:
    """Work out times and cost of one route again."""
    base, size, row = j * net.width, r.size[j], net.profile[j] * net.n
    at, cost, i = net.begin[j], 0, -1
    for k in range(size):
        b = r.seq[base + k]
        go = net.first[j * net.n + b] if i < 0 else net.leg[(row + i) * net.n + b]
        i = b
        r.idle[base + k] = max(0, net.release[i] - at - go)
        at = max(at + go, net.release[i])
        r.start[base + k] = at
        cost += net.weight[i] * (at - net.release[i]) + net.fare * go
        at += net.service[i]
    heavy, idle, late, after = 0, 0, 0, -1
    for k in range(size - 1, -1, -1):
        i = r.seq[base + k]
        if after < 0:
            cost += net.fare * net.last[j * net.n + i]
            late = net.finish[j] - net.last[j * net.n + i] - net.service[i]
        else:
            late = late - net.leg[(row + i) * net.n + after] - net.service[i]
        late = min(late, net.due[i])
        after = i
        heavy += net.weight[i]
        idle += r.idle[base + k]
        r.latest[base + k], r.heavy[base + k], r.idle[base + k] = late, heavy, idle
    r.idle[base + size] = 0
    r.total[0] += cost - r.cost[j]
    r.cost[j] = cost


def price_at(net: Net, r: Routes, i: int, j: int, k: int, ready: int) -> int:
    """What inserting need i into route j before position k adds to its cost, when j could be there at `ready`."""
    base, row = j * net.width, net.profile[j] * net.n
    at = max(ready, net.release[i])
    added = net.weight[i] * (at - net.release[i])
    done = at + net.service[i]
    if k == r.size[j]:
        return added if done + net.last[j * net.n + i] <= net.finish[j] else NEVER
    b = r.seq[base + k]
    start = max(done + net.leg[(row + i) * net.n + b], net.release[b])
    if start > r.latest[base + k]:
        return NEVER
    shift = start - r.start[base + k]
    if shift >= 0 and r.idle[base + k + 1] == 0:
        return added + shift * r.heavy[base + k]
    while shift != 0:
        added += net.weight[b] * shift
        k += 1
        if k == r.size[j]:
            break
        done = start + net.service[b]
        a, b = b, r.seq[base + k]
        start = max(done + net.leg[(row + a) * net.n + b], net.release[b])
        shift = start - r.start[base + k]
    return added


def way_added(net: Net, r: Routes, i: int, j: int, k: int) -> int:
    """The travel that inserting need i into route j before position k adds."""
    base, row, n = j * net.width, net.profile[j] * net.n, net.n
    before = r.seq[base + k - 1] if k > 0 else -1
    to = net.first[j * n + i] if before < 0 else net.leg[(row + before) * n + i]
    if k == r.size[j]:
        return to + net.last[j * n + i] - (0 if before < 0 else net.last[j * n + before])
    b = r.seq[base + k]
    return to + net.leg[(row + i) * n + b] - (net.first[j * n + b] if before < 0 else net.leg[(row + before) * n + b])


def cheapest(net: Net, r: Routes, i: int, j: int, rng: Numbers, blink: int) -> tuple[int, int]:
    """Price and position of the cheapest insertion of need i into route j; with `blink`, some are overlooked."""
    base, row, size = j * net.width, net.profile[j] * net.n, r.size[j]
    best, spot = NEVER, 0
    if size >= net.room[j]:
        return best, spot
    for k in range(size + 1):
        if k == 0:
            ready = net.begin[j] + net.first[j * net.n + i]
        else:
            a = r.seq[base + k - 1]
            freed = r.start[base + k - 1] + net.service[a]
            if freed > net.due[i]:
                break
            ready = freed + net.leg[(row + a) * net.n + i]
        if ready > net.due[i] or (blink > 0 and draw(rng, blink) == 0):
            continue
        price = price_at(net, r, i, j, k, ready)
        if price < NEVER and net.fare > 0:
            price += net.fare * way_added(net, r, i, j, k)
        if price < best:
            best, spot = price, k
    return best, spot


def count_missed(net: Net, r: Routes, i: int, sign: int) -> None:
    """Add need i to what is missed, or take it away."""
    for level in range(net.levels):
        r.missed[level] += sign * net.miss[i * net.levels + level]
    r.total[0] += sign * net.price[i]
    r.total[1] += sign * net.toll[i]


def insert(net: Net, r: Routes, i: int, j: int, k: int) -> None:
    """Put need i into route j before position k."""
    base = j * net.width
    for at in range(r.size[j], k, -1):
        r.seq[base + at] = r.seq[base + at - 1]
    r.seq[base + k] = i
    r.size[j] += 1
    r.where[i] = j
    count_missed(net, r, i, -1)
    refresh(net, r, j)


def remember(net: Net, r: Routes, t: Scratch, j: int) -> None:
    """Keep route j as it is for the way back, once a round."""
    if t.touched[j] == 0:
        t.touched[j] = 1
        t.old_size[j] = r.size[j]
        for at in range(j * net.width, j * net.width + r.size[j]):
            t.old_seq[at] = r.seq[at]


def take_back(net: Net, r: Routes, t: Scratch) -> None:
    """Undo a round."""
    for j in range(net.m):
        if t.touched[j] == 1:
            for at in range(j * net.width, j * net.width + r.size[j]):
                r.where[r.seq[at]] = -1
    for j in range(net.m):
        if t.touched[j] == 1:
            r.size[j] = t.old_size[j]
            for at in range(j * net.width, j * net.width + r.size[j]):
                r.seq[at] = t.old_seq[at]
                r.where[r.seq[at]] = j
            refresh(net, r, j)
    for level in range(net.levels):
        r.missed[level] = t.old_missed[level]
    r.total[0], r.total[1] = t.old_total[0], t.old_total[1]


def copy_routes(net: Net, to: Routes, of: Routes) -> None:
    """Make one plan the same as another; times are left to `refresh`."""
    for j in range(net.m):
        to.size[j] = of.size[j]
        for at in range(j * net.width, j * net.width + of.size[j]):
            to.seq[at] = of.seq[at]
    for i in range(net.n):
        to.where[i] = of.where[i]
    for level in range(net.levels):
        to.missed[level] = of.missed[level]
    to.total[0], to.total[1] = of.total[0], of.total[1]


def is_better(net: Net, a: Routes, b: Routes) -> bool:
    """Whether plan a comes before plan b in the problem's own order."""
    for level in range(net.levels):
        if a.missed[level] != b.missed[level]:
            return a.missed[level] < b.missed[level]
    return a.total[0] < b.total[0]


def put_anywhere(net: Net, r: Routes, t: Scratch, i: int, blink: int) -> None:
    """Insert need i where it is cheapest, if it fits at all."""
    best, spot, route = NEVER, 0, -1
    for at in range(i * net.m, i * net.m + net.cans[i]):
        j = net.can[at]
        price, k = cheapest(net, r, i, j, t.rng, blink)
        if price < best:
            best, spot, route = price, k, j
    if route >= 0:
        remember(net, r, t, route)
        insert(net, r, i, route, spot)


def put_in_order(net: Net, r: Routes, t: Scratch, hand: int, way: int, blink: int) -> None:
    """Insert the needs in hand one after another, in an order that `way` names."""
    for x in range(hand):
        i = t.hand[x]
        key = draw(t.rng, 4096) + 4096 * (net.urgency[i] if way < 3 else (net.due[i] if way == 3 else 0))
        y = x
        while y > 0 and t.key[y - 1] > key:
            t.key[y], t.hand[y] = t.key[y - 1], t.hand[y - 1]
            y -= 1
        t.key[y], t.hand[y] = key, i
    for x in range(hand):
        put_anywhere(net, r, t, t.hand[x], blink)


def put_by_regret(net: Net, r: Routes, t: Scratch, hand: int, blink: int) -> None:
    """Insert the needs in hand, always the one that would lose most if its best route were gone."""
    m = net.m
    changed = -1
    while hand > 0:
        most, pick = -NEVER, -1
        for x in range(hand):
            if changed < 0 or net.able[t.hand[x] * m + changed] == 1:
                weigh(net, r, t, x, changed, blink)
            if t.route[x] >= 0 and t.key[x] > most:
                most, pick = t.key[x], x
        if pick < 0:
            break
        changed = t.route[pick]
        remember(net, r, t, changed)
        insert(net, r, t.hand[pick], changed, t.spot[pick * m + changed])
        hand -= 1
        t.hand[pick], t.key[pick], t.route[pick] = t.hand[hand], t.key[hand], t.route[hand]
        for at in range(m):
            t.bid[pick * m + at], t.spot[pick * m + at] = t.bid[hand * m + at], t.spot[hand * m + at]


def weigh(net: Net, r: Routes, t: Scratch, x: int, changed: int, blink: int) -> None:
    """Bid anew for a need in hand, on the changed route or, below 0, on all; keep its regret and best route."""
    i, m = t.hand[x], net.m
    best, second, route = NEVER, NEVER, -1
    for at in range(i * m, i * m + net.cans[i]):
        j = net.can[at]
        if changed < 0 or j == changed:
            t.bid[x * m + j], t.spot[x * m + j] = cheapest(net, r, i, j, t.rng, blink)
        price = t.bid[x * m + j]
        if price < best:
            best, second, route = price, best, j
        elif price < second:
            second = price
    t.key[x] = min(second, net.toll[i] + net.price[i]) - best
    t.route[x] = route


def take_out(net: Net, r: Routes, t: Scratch, i: int, hand: int) -> int:
    """Put need i from its route into the hand; the route is closed up later."""
    remember(net, r, t, r.where[i])
    r.where[i] = -1
    count_missed(net, r, i, 1)
    t.hand[hand] = i
    return hand + 1


def close_up(net: Net, r: Routes, t: Scratch) -> None:
    """Close the gaps that taking out has left."""
    for j in range(net.m):
        if t.touched[j] == 1:
            base, size = j * net.width, 0
            for at in range(base, base + r.size[j]):
                if r.where[r.seq[at]] == j:
                    r.seq[base + size] = r.seq[at]
                    size += 1
            r.size[j] = size
            refresh(net, r, j)


def saving(net: Net, r: Routes, i: int) -> int:
    """What a route roughly saves when it loses need i: its own response, and that of those behind it for its service."""
    j = r.where[i]
    base = j * net.width
    for at in range(base, base + r.size[j]):
        if r.seq[at] == i:
            return net.weight[i] * (r.start[at] - net.release[i]) + net.service[i] * (r.heavy[at] - net.weight[i])
    return 0


def ruin(net: Net, r: Routes, t: Scratch) -> int:
    """Take needs out of their routes; returns how many are in hand."""
    way, want, hand = draw(t.rng, 8), 1 + draw(t.rng, net.most), 0
    if way < 2:
        # Of one drawn need: random removal. Of four: worst removal.
        for _ in range(want):
            i, most = -1, -1
            for _ in range(1 + 3 * way):
                other = draw(t.rng, net.n)
                if r.where[other] >= 0 and saving(net, r, other) > most:
                    i, most = other, saving(net, r, other)
            if i >= 0:
                hand = take_out(net, r, t, i, hand)
    else:
        hand = ruin_near(net, r, t, draw(t.rng, net.n), want, way >= 5)
    close_up(net, r, t)
    return hand


def ruin_near(net: Net, r: Routes, t: Scratch, seed: int, want: int, strings: bool) -> int:
    """Take out needs related to a seed; with `strings`, each with the needs beside it in its route."""
    hand = 0
    longest = 1 + draw(t.rng, 4)
    for x in range(-1, net.reach):
        i = seed if x < 0 else net.near[seed * net.reach + x]
        j = r.where[i]
        if j < 0 or (strings and t.touched[j] == 1) or draw(t.rng, 6) == 0:
            continue
        if not strings:
            hand = take_out(net, r, t, i, hand)
        else:
            base, k = j * net.width, 0
            while r.seq[base + k] != i:
                k += 1
            length = 1 + draw(t.rng, min(longest, r.size[j]))
            low = max(0, k - draw(t.rng, length))
            for at in range(base + low, base + min(low + length, r.size[j])):
                hand = take_out(net, r, t, r.seq[at], hand)
        if hand >= want:
            break
    return hand


def recreate(net: Net, r: Routes, t: Scratch, hand: int) -> None:
    """Insert what is in hand, and some of what was left before.

    Where there are few needs, a quarter of the rounds overlook many positions: an order that only fits when built up the
    dear way would else be met too seldom.
    """
    for x in range(net.n):
        t.key[x] = 0
    for x in range(hand):
        t.key[t.hand[x]] = 1
    start = draw(t.rng, net.n)
    for x in range(net.n):
        i = (start + x) % net.n
        if r.where[i] < 0 and net.cans[i] > 0 and t.key[i] == 0 and hand < t.rows:
            t.hand[hand] = i
            hand += 1
    way, blink = draw(t.rng, 8), BLINK if net.n > SMALL or draw(t.rng, 4) > 0 else SHORT_BLINK
    if way >= 4:
        put_by_regret(net, r, t, hand, blink)
    else:
        put_in_order(net, r, t, hand, way, blink)


def begin_round(net: Net, r: Routes, t: Scratch) -> None:
    """Forget the way back of the round before."""
    for j in range(net.m):
        t.touched[j] = 0
    for level in range(net.levels):
        t.old_missed[level] = r.missed[level]
    t.old_total[0], t.old_total[1] = r.total[0], r.total[1]


def improve(net: Net, r: Routes, best: Routes, t: Scratch, rounds: int, heat: int) -> None:
    """Ruin and recreate for so many rounds at one temperature; `best` keeps the best plan met."""
    for _ in range(rounds):
        begin_round(net, r, t)
        recreate(net, r, t, ruin(net, r, t))
        worse = r.total[0] + r.total[1] - t.old_total[0] - t.old_total[1]
        if is_better(net, r, best):
            copy_routes(net, best, r)
        elif worse > heat * t.luck[draw(t.rng, 1024)] // 1024:
            take_back(net, r, t)


def settle(net: Net, r: Routes, t: Scratch) -> int:
    """Move each need to where it is cheapest, once, and insert what fits; returns how often that was better."""
    better = 0
    for i in range(net.n):
        begin_round(net, r, t)
        was_served = r.where[i] >= 0
        if was_served:
            take_out(net, r, t, i, 0)
            close_up(net, r, t)
        put_anywhere(net, r, t, i, 0)
        if was_served and r.total[0] >= t.old_total[0]:
            take_back(net, r, t)
        elif r.where[i] >= 0:
            better += 1
    return better

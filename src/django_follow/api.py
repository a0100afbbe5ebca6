"""Everything a project calls: reads of the follow graph, and the only functions that write it."""

from __future__ import annotations

from asgiref.sync import sync_to_async

from .blocking import block, hide_suggestion, mute, unblock, unmute
from .discovery import (
    KnownFollowers,
    Suggestion,
    followers_you_know,
    known_followers,
    mutuals,
    not_following_back,
    suggestions,
)
from .following import (
    follow,
    follow_many,
    is_following,
    remove_follower,
    transfer_followers,
    unfollow,
    unfollow_many,
)
from .relationships import (
    Counts,
    Relationship,
    attach_relationships,
    counts,
    known_relationship,
    may_see_list,
    relationship,
    relationships,
    with_relationship,
)
from .requesting import accept, reject, withdraw

aaccept = sync_to_async(accept)
aattach_relationships = sync_to_async(attach_relationships)
ablock = sync_to_async(block)
acounts = sync_to_async(counts)
afollow = sync_to_async(follow)
afollow_many = sync_to_async(follow_many)
afollowers_you_know = sync_to_async(followers_you_know)
ahide_suggestion = sync_to_async(hide_suggestion)
ais_following = sync_to_async(is_following)
amay_see_list = sync_to_async(may_see_list)
amute = sync_to_async(mute)
areject = sync_to_async(reject)
arelationship = sync_to_async(relationship)
arelationships = sync_to_async(relationships)
aremove_follower = sync_to_async(remove_follower)
asuggestions = sync_to_async(suggestions)
atransfer_followers = sync_to_async(transfer_followers)
aunblock = sync_to_async(unblock)
aunfollow = sync_to_async(unfollow)
aunfollow_many = sync_to_async(unfollow_many)
aunmute = sync_to_async(unmute)
awithdraw = sync_to_async(withdraw)

__all__ = [
    "Counts",
    "KnownFollowers",
    "Relationship",
    "Suggestion",
    "aaccept",
    "aattach_relationships",
    "ablock",
    "accept",
    "acounts",
    "afollow",
    "afollow_many",
    "afollowers_you_know",
    "ahide_suggestion",
    "ais_following",
    "amay_see_list",
    "amute",
    "areject",
    "arelationship",
    "arelationships",
    "aremove_follower",
    "asuggestions",
    "atransfer_followers",
    "attach_relationships",
    "aunblock",
    "aunfollow",
    "aunfollow_many",
    "aunmute",
    "awithdraw",
    "block",
    "counts",
    "follow",
    "follow_many",
    "followers_you_know",
    "hide_suggestion",
    "is_following",
    "known_followers",
    "known_relationship",
    "may_see_list",
    "mute",
    "mutuals",
    "not_following_back",
    "reject",
    "relationship",
    "relationships",
    "remove_follower",
    "suggestions",
    "transfer_followers",
    "unblock",
    "unfollow",
    "unfollow_many",
    "unmute",
    "with_relationship",
    "withdraw",
]

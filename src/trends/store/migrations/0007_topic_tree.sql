-- Which topic lies within which, of each generation's taxonomy: its YAML is nothing that SQL can read.
-- `path` are the topics from the top down to the topic itself; `place` is its line when the tree is
-- printed, parents before children and siblings as the file has them.

CREATE TABLE IF NOT EXISTS topic_nodes
(
    generation UInt32,
    topic      String,
    parent     String,
    path       Array(String),
    depth      UInt8,
    place      UInt16
)
ENGINE = ReplacingMergeTree
ORDER BY (generation, topic);

-- The taxonomy that the view `topics` counts by; the `parent` of a topic at the top is empty.
CREATE OR REPLACE VIEW topic_tree AS
SELECT topic, parent, path, depth, place
FROM (SELECT generation, topic, parent, path, depth, place FROM topic_nodes FINAL)
WHERE generation = (SELECT max(generation) FROM generations WHERE active);

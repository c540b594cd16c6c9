PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'0001','2026-11-30 07:36:12',1,X'80df26c27b2f554d30bba90d14c84c573464d39adf355fe3663404e13691a9e8cdf291c1d58cccc35d98a6c304cdaaaa',3831868);
INSERT INTO _sqlx_migrations VALUES(2,'0002','2026-11-30 07:36:12',1,X'80294e4344e951618ce1f21f986e5e42216ea14198046df1c5630a8aff3c490b02f44125ba65acf7edef16426a690592',911280);
INSERT INTO _sqlx_migrations VALUES(3,'0003','2026-11-30 07:36:12',1,X'47212fc748c466f95a993eb7113f095c40351306bd4efa502e14fc2ffac88a280af2bb165c2419c4d58d3848433a6912',2093955);
INSERT INTO _sqlx_migrations VALUES(4,'0004','2026-11-30 07:36:12',1,X'36f39006aad59ef1a0c9da61a9af71e6a22711a14564e958bfed8be4d6ad61de5cff7735071d9af308c9c34178a55df1',5984340);
INSERT INTO _sqlx_migrations VALUES(5,'0005','2026-11-30 07:36:12',1,X'febd17cb83199cb61915887c286ee241d0fb74f3b84cd67f8ae3b2813817f5ed48568f46f7de3eec68cbf684f32ff87d',504533);
INSERT INTO _sqlx_migrations VALUES(6,'0006','2026-11-30 07:36:12',1,X'6a9d26eb083692f0fd952dbe9cf4f76ec21117516c333d28be038b9dca94db382a37627ec4b0dee45ac5b23152080ee5',3924332);
INSERT INTO _sqlx_migrations VALUES(7,'0007','2026-11-30 07:36:12',1,X'a5a213023d1d129805fd89edbb43e5da09becd3cb2418912663c0678157c026bd6b9c08dcbca48c24728a42fc9c694a4',1194993);
INSERT INTO _sqlx_migrations VALUES(8,'0008','2026-11-30 07:36:12',1,X'801e567223c5670e8bd7bd6e04f8539226ba712160058d0cb2b99a62b406dcbaec530678f6886be2f11c8c6ebee8e0b2',642850);
INSERT INTO _sqlx_migrations VALUES(9,'0009','2026-11-30 07:36:12',1,X'2c13299758e42fba8ffd1afa0f3943734776496ad02c4f8b221b71414b7754076cb060457c6f2212d01aa7e2e5be2b3a',1135274);
INSERT INTO _sqlx_migrations VALUES(10,'0010','2026-11-30 07:36:12',1,X'30ae9a71c02578516365cb513dec3d80be94953666f0dee6886b3cf9068030637fbb036e36978600cff1f908950c652c',1658966);
INSERT INTO _sqlx_migrations VALUES(11,'0011','2026-11-30 07:36:12',1,X'24ea2168dd1106d8b8449ae9e771eb6b0eb2bb22386d860c2dfa3074d7a8a0c07e28bcf24b14ff109d69307e21b51dcb',756349);
INSERT INTO _sqlx_migrations VALUES(13,'0013','2026-11-30 07:36:12',1,X'0fc326c8599b6086a8ae011943ad745b512a6b6e96ca0f6d05f2864c30adde3f8fe6c0afb008b191201eb2a9e5a7398a',2026163);
INSERT INTO _sqlx_migrations VALUES(14,'0014','2026-11-30 07:36:12',1,X'5115b861ee10f3b19176ed42b34b80dc736f2307e51a2ba1ad856d2545b42388778cc76f1fc6c5c9d5f70aeeaf557ca1',354128);
INSERT INTO _sqlx_migrations VALUES(15,'0015','2026-11-30 07:36:12',1,X'59275ad855cd3ac600f98af6e4baf1f414291222e1967ea8e753db7ddade2bb71d91127834ed1ddf042adb5e935dabee',4422499);
INSERT INTO _sqlx_migrations VALUES(16,'0016','2026-11-30 07:36:12',1,X'b03c7d901bc08ef711ca63eb53bdecb64d3ceee7ebebe114398989bdca18f5d1b9ff528839c9c08a2ac41a9ac807e2f1',2836393);
INSERT INTO _sqlx_migrations VALUES(17,'0017','2026-11-30 07:36:12',1,X'40dbed8221a04d56991994510221457a75873cc44656eddf8e72d14263c4721815cf4b311bbc924135b1bca982a5208b',1311858);
INSERT INTO _sqlx_migrations VALUES(18,'0018','2026-11-30 07:36:12',1,X'7ebc5c1e6df4cde742ee7e603636971aea1bbce0a907c8831151d7ace6ad53b52fcb346448ddd31c5345868c2fa19dba',491383);
INSERT INTO _sqlx_migrations VALUES(19,'0019','2026-11-30 07:36:12',1,X'808bbaf45d7940a12664532dd3dc6705290296ca97e526105faa86b09533a5b456bb708cd8d6f3b450692aab559f1a3e',378795);
INSERT INTO _sqlx_migrations VALUES(20,'0020','2026-11-30 07:36:12',1,X'76c30d04b1e559cfba9751577703640c2227d4c7a3b33c3241ae4ce443afd5be9cca9a1c81f84e8bef9ed6b4e2534e39',493967);
INSERT INTO _sqlx_migrations VALUES(21,'0021','2026-11-30 07:36:12',1,X'b90779c246e5e63cc32977e5d965ce0169dc6998f605b21bb59a508ba3eb996e1b6608076400813a4cdfd8e23ebe8cf8',314549);
INSERT INTO _sqlx_migrations VALUES(22,'0022','2026-11-30 07:36:12',1,X'3e437cf7de45f0804fa807a77845bde8ce7fe43ed604bd8ca19ef713d96f29fa6e87bc0effc521ccf0a731c366dceeeb',344334);
INSERT INTO _sqlx_migrations VALUES(25,'0025','2026-11-30 07:36:12',1,X'1f65ea37d59ec2207258ec1e7c227b4947ae0b7873dfba5c918c25d897204f8e095b3938ee0fa5ece8efc851ec6bbdcb',481489);
INSERT INTO _sqlx_migrations VALUES(26,'0026','2026-11-30 07:36:12',1,X'bb3c4716cd3c214ac01dd4c93f7420ef2f3ec3b8d320418ac112560926d202455addbbdc8b10f4796ab537aae44ea3ea',2417448);
INSERT INTO _sqlx_migrations VALUES(27,'0027','2026-11-30 07:36:12',1,X'f5b14f2b64d71e9f92636ec833f7f8555b935bc2dc4c3484c8dbd9fcfb8397b9c2414bc73db8185d5183df7fcfd38bf5',1457825);
INSERT INTO _sqlx_migrations VALUES(28,'0028','2026-11-30 07:36:12',1,X'a153ccf9ab5fd3728c12a79497546f5ef00a79ca77c02c58f5fbfcd71b125d55352ac385146a84738e9cb97107e78ab1',704021);
CREATE TABLE installation (
    id TEXT PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO installation VALUES('YUlrST8cHHfgbwWdNag0UA',1796024172229);
CREATE TABLE data_keys (
    id TEXT PRIMARY KEY NOT NULL,
    wrapped BLOB NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO data_keys VALUES('key_01m8np3zp86py4jqak1e9csh0h',X'af8dd2fa8d465d8dc74cf4e25f8c8734c4c525631614a18654b63d182a2e5a390b4f11b8b120447e5df251ed15e4d943ea7b54012a8ac06b8b4a72f8',1796024172232);
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY NOT NULL,
    algorithm TEXT NOT NULL,
    private_key BLOB NOT NULL,
    public_jwk TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
, signs_from BIGINT NOT NULL DEFAULT 0);
INSERT INTO signing_keys VALUES('key_01m8np3zqbb5ftbym8vn982tt1','RS256',X'016b65795f30316d386e70337a7038367079346a71616b31653963736830682c1bb772c469b452d3d1b680166343cb00c52df0f8ff87e4f3c8a77526e951b6da2b126e2da0692bf4e09c00d9cee22aa96ef00be5fe50ec8456418a99db3ef24f493f75dad863f0672649732a5c501f3b847a00a7140e92eabd760605460f6dc834fd74c2f50f54bd14fefb9cc1bce8910a096bacd79e5efa4fa275b41849b8dbc7c8757ad5e8b7f084af7cfb3426709b102078f0334406bb80d21ab0b378a895b73c92f5572935b476bb18cec9ff5e5c5de5d2db3cfcb93baf91879678582e033ed2624eae1ec83233711c516434da5e452e2e9292fe651c499fc4be45bcbcdd48874f7a67314518d2309e7071bc6608a5c0cea8f1814e02b9908fbbcee8cc187b3de252d858b3eb6d02d0e58ec339f9b04873d416e54cc0c84395be6482e9f83aea905e71b604cf35501d7290912a136edd800df7e1df71f3de63d9b8ed5037c399a766603648316dcb942fc967f360e05afeae52f79f2646b9592f4e052e5a1a83eb08394bac3825650c203a2b9936848baff8382d238e709415dbf7f1fa8038e73be64c9ea1c52be1346c9348825654686510887992c4d6def06fc977471221253fede5e58f16185467bd150af7538fb290fd25650d441d7a020a451bf879438988b481cb6d66a3a10eb1f412bcef1d3a804c68f4a60698eefeb2a159c27d75ed8b6ec314a094ea9be6accabb700a64119cbf032209ba5f51c944226caa00c778f8840b09337a5f11dea0b4f96d3a9c0210c0dbf26349db50b7a9cc430bedd3ae5e80bdabed717c0d86d96a3055888b90487bdb742b66ef2002c0c7d56046f2257832597055f481e2d4292b5f1408911bc3b14dd00516f407b66da3a11ffda2d9c55b341680ff74d39be3e84d00f2c4f848a525cba50263e7f431d3f99aff2fb669b9d5403cda56ee64ede2b8af942dc7419f746f086c7e2440b28fff5892e0075fe70454749d2ae3ce74da59f176db37d616a93b90fb91878904e7e85869bf272ac549935afaf095680c6cc9d04329981bac26ae6e3a5452cdfd88e6ebf806fc38e09e522058b712c06a9be592b618a745d5b1f3ee823b21bab07b2d6ebbe94d1a93b10f6b7298a9f8dac0c7c6ab12565c52b372742a3bb1acd6990414c433252030341e1df6a53a8713dfb3abd434f7514e82bf63717c1ac567dc89d8a228de419cbaced59b7e51621afb350f514f7888b086a6abaa91b2936d91a5089091741a379818cfa24596c0c8518a53ff2011826235b8187b512820feb45a416f5158034e316196346a1750713dd14d5fff72ef1b9d98b91e0344eae2ceedd2713d5f768931f39318ec0362f31285dc88df0d6cd62c5205587cc8ccf2c87df61badfc04acde52db4e2ec5cf5f45d802e2bfc79b0def0f0d016e6237d3d7c50f134e8ec6278be23b3c7d28076a887beece815c0956efaa17a5c8456973b54d1c14e4cb99042a094f5331a60b23f6c668a55eca56070a482a6ae6efd84b22fc3054763033b8fff9552e872a069b416a869fcfecd3403e96274331a07c13b9607825701f7302cbc0a7fcf262020759e8e418f4f33572d585a66fddb38aa00b9db3ab4bd4fa252b9685b59b9489a2d998d7d852964aeb165752c002627f53ec048f2bd1da3420d36f2cd20e1263693326caa536441266f60a64257729060f9557da2175c9709b7c8429dec69aaf029ec4a7c719faf15a405e3eac540eec63a6929ea4b1a135c03ae6381041787f40b057038e4a75e1b96640bfb7dba5cd9252ef','{"alg":"RS256","e":"AQAB","kid":"key_01m8np3zqbb5ftbym8vn982tt1","kty":"RSA","n":"7IpvF3pTB5As02tu_178SeBJndDyHDdBUZLw54A5mUoxJCCXOPAvP67T4fvK3wGgCZn2LbCzjiMGKIQctc01kwShPED_LHTwrmkrY6XSIZKf3Dxc9YRJwzZ0F4L3qU4UuhbHBhm4H0vnh0BFeme4gCihoUIb2cWo_ENJd5F6OBTucZrhI-yjfOVyjDNd7QO1S4KEas0zOZLZfa_lvdgRug9_RASZIhAFoyNt2d3Q3LRyN96SQH9V8JE9ha2YS3lpcA9qjoKsCUG7qMgUZ61k0vkVyRwuB0u1BC38_Fnc9hV7beMABHRJw6sFDC7pIFjuL3jcSoy85kR2XPP2mj5mXw","use":"sig"}',1796024172272,1796024535269,1796024172272);
INSERT INTO signing_keys VALUES('key_01m8np42n4sa2d3cdgawv559mr','RS256',X'016b65795f30316d386e70337a7038367079346a71616b31653963736830689b624cdfa01a1731dd0efe321a269395dd22a4801426c58083127298143967553f176c920b0bcc12a77307f9723fc237ba3c1b1ac93f0f3b727464c7854f0916f098166317db91cdca7edf57d967c78b2ef427ce40fe534e856811d4b8e6514b55ba77f311beb529d5d8c1f91034e4e7c38cb902f823ae1a060a0ae72a631689e0e88416b63c0021f93d7d254131784db342c28d6fb9aaa5a541e2740567c7d8a83d98ece364a610d4ac9048cab639865b9f0945306292c35d13f434c3efa43847e5a6532b409211f7e00da2456076d633c3b4237ba7fb1d1bf3a782986d38cba8743820f809bb8deba9d5bf7de1eb93585564c3bb2e95af5e1381d96e338986e324e3abc6d011a092a70902a71fbb7d927dc43c63c2f9312871f3cae8fad358e4c260ac7e7fc585ac4583828c1a7086be0bf80b803927bcb7080117122b6e7dd86d708c1ecaad73d2f9a6eaa39f80ca96f3567ff14296997830935c43acc4ac152efcfecec1dc2e035c5d95679b153f4a41cd2e26aea6782d7d09c7b00ed0f9698836d824318efae0e95d9094107fab1ad388897db7c25555f81590a9db27a84e7f109de32a65cee05c5b02ea57118b3d0faf51581d63b47adf081992b7feda982201f66fa8287291e597494709ba7f1e596cc838abf48ddf60a5c9442f24c417a1f432f599a072611ccd26e0b5119a7fc1b1ad4d4f60e14b0af0fc97d14fbf139953ee8fa8fd974b20b13f78ad674cba95a8aaf1214c186238f59164d86a99058f00059007ce810c2a179df5eec663dd38fd0cc5dc2e49148dea923595afb3bb78b535452e7af2ef6f7dcf19c4592159b703832014c32ad65606256d3cde207cd6548bfa19a91977ab3b4c330247ed1c3c84df4f0236c7e564f772ae139599eb461e588c18d90025aab16bf0852cde51721833b27feec9ab9e90e43cd8fc7c7bad8907ba4fd4f65ab737567a0dddabe9e58110d2c524b7d76557bf4a07ca4b6f28ada4ec39dccd793d4b9161d5859934c316b27290e1deb37bdcaec744e8e644273f8ce277065a642d1bc0b3e2cdf97ad95d2f5f6188d5cc65cc1b20832dea3ea91c65fedf5315ffe8aed2d021bd5bec8769405382474464028c5f7ba01843257c57f513ac4aba6c25626dc4a4c219b8d620fb856a329812047c708f8304c4d37e4a1fca31de4a7f646cfe7318c8006c4e257310ee5de1966642618f5ec254b1ff073491b09302e0b8be92666e7c985024480b0f3bc5ee8c4d9b6c44bb58b746a19d5a796f67883c2ead23a08391ea984b505449967a97074ee91ea17cdb1439a5b9f7f758f49ed7f0a312a36aaceb08bc0b152d7d91446bf7dbf906cc2999e7fcee305fa25660d5ec97d02bb9ac7c3a16bbff4788ff119407cd0f1c6b0daed86abcf08449673d2c96149fb295b465688f14681ffe7bcf54bb34fb63535d4c2f7881cdef258e2d3f2a4c563f1249f498e18d67995a5bbc4238ab7c73c51797de730e412ed2a328b60c8160d7e6e7ce0fee6bc6e85ebc518de0a1496079764eb491211f148b843e6f0ddeb46cfda5862ea8a3be04fbfc9b3daae4df47539c3ec4762a9ea6dd7b8bb58f30dc4cdb8ec333b2de5ea38189d1917fb7ff7afd8b38be8d4e036b04c4594a2329f13d458b89e67af34a1d000eec8520e23408e7db620146ecc4d76ecee03b1e210e1775f090518b35d0605e58da66d4e205668dde3becc6ffa82bf7b4762bd18593dcd53c3a3bc8752c54a58a8b436a6845','{"alg":"RS256","e":"AQAB","kid":"key_01m8np42n4sa2d3cdgawv559mr","kty":"RSA","n":"w6Tp_pzjefJpNvcXktOg8yFIUfOqu5Bax5AirzMN2MpplCwoEGswtlFrvCd6dhpvk3gXbZfIV3_H7XfxeNjfNPDpBRQYCN4-xXKtU4BI193RqyYBhja_nZBLOM-Qv2cztDYQrY29v7oWFqvkFPEnomb303f2J_lerquF7C5FEl7Y4Qhrcc-fv-gTqUHZMFqq7Pc4yvTlG-tWqiOA-G_mbh6ePdT2MAE7TA2yhA7dg1V7Wxq3QobNXll8OW9jpsO3WNYPxRy35SVHfG3GIMEaA_0uDl8YtkDqeU_X0jHXyNqeZI7GpuQ7AJFDN1NsdEAdKrum39lgcY8tBDNL2Szl4w","use":"sig"}',1796024175269,NULL,1796024535269);
CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    username TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT,
    role TEXT NOT NULL CHECK (role IN ('system_admin', 'user')),
    disabled INTEGER NOT NULL DEFAULT 0,
    password_hash TEXT,
    must_change_password INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
, rights_version BIGINT NOT NULL DEFAULT 1, folded TEXT NOT NULL DEFAULT '', username_looks TEXT NOT NULL DEFAULT '');
INSERT INTO users VALUES('usr_01m8np3zt6462fkgb2saz4c0v4','admin','Administrator',NULL,'system_admin',0,'$argon2id$v=19$m=19456,t=2,p=1$JkI+1WcaGuZeP2PCAYdyVA$ibBKm1Cpn1OeOauA8X6BASx8h7hOB6Q6jy7wIIx+7f8',0,1796024172358,1796024172358,1,replace('admin\nadministrator','\n',char(10)),replace('adrnin\nadmin','\n',char(10)));
INSERT INTO users VALUES('usr_01m8np3zx6x2cr66gpjd672y2n','ada','Ada',NULL,'user',0,NULL,0,1796024172454,1796024172454,2,replace('ada\nada','\n',char(10)),replace('ada\nada','\n',char(10)));
INSERT INTO users VALUES('usr_01m8np400jefxw341wve99ren9','lin','Lin 林','lin@example.org','user',0,'$argon2id$v=19$m=19456,t=2,p=1$YyjXXksaGfWt3fyEcar2rA$m/UAe1a5uIX0FOqQUtFODAy65De8plgnXXlKCO+VRiY',0,1796024172563,1796024172729,2,replace('lin\nlin 林','\n',char(10)),replace('lin\nlin','\n',char(10)));
CREATE TABLE sessions (
    digest BLOB PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
INSERT INTO sessions VALUES(X'70a5a0931bc9722eb6f545e63d94b888c8df42fa0e1844baa1328c5e93a65513','usr_01m8np3zt6462fkgb2saz4c0v4',1796024172425,1796024172425);
INSERT INTO sessions VALUES(X'5764da6d8e6278e909848fc3a13257817ac452934c3804d9fe6cfca0ce6def5d','usr_01m8np400jefxw341wve99ren9',1796024172729,1796024172729);
CREATE TABLE projects (
    id TEXT PRIMARY KEY NOT NULL,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
, folded TEXT NOT NULL DEFAULT '', key_looks TEXT NOT NULL DEFAULT '', name_looks TEXT NOT NULL DEFAULT '');
INSERT INTO projects VALUES('prj_01m8np3zx3yk2g7a1wmtb6sknx','harbour','harbour','',0,1796024172451,1796024172451,replace('harbour\nharbour','\n',char(10)),replace('harbour\nharbour','\n',char(10)),replace('harbour\nharbour','\n',char(10)));
INSERT INTO projects VALUES('prj_01m8np3zx4qz425nma89hp23p9','quarry','quarry','',0,1796024172452,1796024172452,replace('quarry\nquarry','\n',char(10)),replace('quarry\nquarry','\n',char(10)),replace('quarry\nquarry','\n',char(10)));
CREATE TABLE members (
    project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('admin', 'member')),
    PRIMARY KEY (project_id, user_id)
);
INSERT INTO members VALUES('prj_01m8np3zx3yk2g7a1wmtb6sknx','usr_01m8np3zx6x2cr66gpjd672y2n','member');
INSERT INTO members VALUES('prj_01m8np3zx3yk2g7a1wmtb6sknx','usr_01m8np400jefxw341wve99ren9','admin');
CREATE TABLE systems (
    id TEXT PRIMARY KEY NOT NULL,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    audience TEXT NOT NULL UNIQUE,
    base_path TEXT NOT NULL DEFAULT '',
    project_param TEXT NOT NULL,
    restricted INTEGER NOT NULL DEFAULT 0,
    disabled INTEGER NOT NULL DEFAULT 0,
    builtin INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
, operations_version TEXT NOT NULL DEFAULT '', openings_version TEXT NOT NULL DEFAULT '', folded TEXT NOT NULL DEFAULT '', api_count BIGINT NOT NULL DEFAULT 0, global_api_count BIGINT NOT NULL DEFAULT 0, key_looks TEXT NOT NULL DEFAULT '', name_looks TEXT NOT NULL DEFAULT '');
INSERT INTO systems VALUES('sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey','Latchkey','http://127.0.0.1:41547','','project',0,0,1,1796024172326,1796024172326,'195189AD8D123350CC0AAB17E644D180','',replace('latchkey\nlatchkey','\n',char(10)),42,0,replace('latchkey\nlatchkey','\n',char(10)),replace('latchkey\nlatchkey','\n',char(10)));
INSERT INTO systems VALUES('sys_01m8np3zwebheq0tspddk2pbfq','fleet','Fleet','https://fleet.example','','project',0,0,0,1796024172431,1796024172431,'E4E0ED3FD8FB6EF70FE34F2C2B2B6FC9','',replace('fleet\nfleet','\n',char(10)),3,0,replace('fleet\nfleet','\n',char(10)),replace('fleet\nfleet','\n',char(10)));
INSERT INTO systems VALUES('sys_01m8np3zxfwngje2vv8w05phvp','yard','Yard','https://yard.example','','project',1,0,0,1796024172463,1796024172500,'485BB3B65EDB1D81CC511BC460F8A228','8F34BB4CB8BC324D1AB887C2F961E22E',replace('yard\nyard','\n',char(10)),1,0,replace('yard\nyard','\n',char(10)),replace('yard\nyard','\n',char(10)));
CREATE TABLE project_systems (
    project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    system_id TEXT NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    PRIMARY KEY (project_id, system_id)
);
INSERT INTO project_systems VALUES('prj_01m8np3zx3yk2g7a1wmtb6sknx','sys_01m8np3zxfwngje2vv8w05phvp');
CREATE TABLE IF NOT EXISTS "api_rows" (
    id TEXT PRIMARY KEY NOT NULL,
    system_id TEXT NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    key TEXT NOT NULL UNIQUE,
    operation_id TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    -- JSON array: the parameters of `path` that may hold slashes.
    multi_segment TEXT NOT NULL DEFAULT '[]',
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    -- JSON array.
    tags TEXT NOT NULL DEFAULT '[]',
    deprecated INTEGER NOT NULL DEFAULT 0,
    scope TEXT NOT NULL DEFAULT 'project' CHECK (scope IN ('project', 'global')),
    removed INTEGER NOT NULL DEFAULT 0,
    -- Whether it came from a document; a document only removes what one brought.
    imported INTEGER NOT NULL DEFAULT 0,
    unmatchable TEXT, base_path TEXT, import_id TEXT, operation_id_looks TEXT NOT NULL DEFAULT '', name_looks TEXT NOT NULL DEFAULT '',
    UNIQUE (system_id, method, path)
);
INSERT INTO api_rows VALUES('api_01m8np3zs8sbjyd1zrzwjc6gz4','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_apis','list_apis','GET','/api/v1/apis','[]','List APIs',replace('latchkey:list_apis\nlist apis\n/api/v1/apis','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('list_apis\nlist_apis','\n',char(10)),replace('list apls\nlist apis','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8h2gcpcss2mehvpep','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_audit_events','list_audit_events','GET','/api/v1/audit-events','[]','List audit events',replace('latchkey:list_audit_events\nlist audit events\n/api/v1/audit-events','\n',char(10)),'["audit"]',0,'project',0,1,NULL,NULL,NULL,replace('list_audit_events\nlist_audit_events','\n',char(10)),replace('list audit events\nlist audit events','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8becn14ep7nq1gg5q','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_installation','get_installation','GET','/api/v1/installation','[]','Get the installation',replace('latchkey:get_installation\nget the installation\n/api/v1/installation','\n',char(10)),'["installation"]',0,'project',0,1,NULL,NULL,NULL,replace('get_installation\nget_installation','\n',char(10)),replace('get the installation\nget the installation','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8tj69zb5pkstqtk8d','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_limits','get_limits','GET','/api/v1/limits','[]','Get the limits of the installation',replace('latchkey:get_limits\nget the limits of the installation\n/api/v1/limits','\n',char(10)),'["installation"]',0,'project',0,1,NULL,NULL,NULL,replace('get_lirnits\nget_limits','\n',char(10)),replace('get the lirnits of the installation\nget the limits of the installation','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8gqsaqh8za16dksrt','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:set_limits','set_limits','PUT','/api/v1/limits','[]','Set the limits of the installation',replace('latchkey:set_limits\nset the limits of the installation\n/api/v1/limits','\n',char(10)),'["installation"]',0,'project',0,1,NULL,NULL,NULL,replace('set_lirnits\nset_limits','\n',char(10)),replace('set the lirnits of the installation\nset the limits of the installation','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs85pw03qdmfk2qzbye','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_nodes','list_nodes','GET','/api/v1/nodes','[]','List nodes',replace('latchkey:list_nodes\nlist nodes\n/api/v1/nodes','\n',char(10)),'["installation"]',0,'project',0,1,NULL,NULL,NULL,replace('list_nodes\nlist_nodes','\n',char(10)),replace('list nodes\nlist nodes','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs88wf0s8m5gdnjj66a','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_projects','list_projects','GET','/api/v1/projects','[]','List projects',replace('latchkey:list_projects\nlist projects\n/api/v1/projects','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('list_projects\nlist_projects','\n',char(10)),replace('list projects\nlist projects','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8we2wmzc2dr1m28zf','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:create_project','create_project','POST','/api/v1/projects','[]','Add a project',replace('latchkey:create_project\nadd a project\n/api/v1/projects','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('create_project\ncreate_project','\n',char(10)),replace('add a project\nadd a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs83k7sxw1f5skz258y','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_project','get_project','GET','/api/v1/projects/{project}','[]','Get a project',replace('latchkey:get_project\nget a project\n/api/v1/projects/{project}','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('get_project\nget_project','\n',char(10)),replace('get a project\nget a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8dwpc0xzde1navnp8','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:delete_project','delete_project','DELETE','/api/v1/projects/{project}','[]','Delete a project',replace('latchkey:delete_project\ndelete a project\n/api/v1/projects/{project}','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('delete_project\ndelete_project','\n',char(10)),replace('delete a project\ndelete a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8cdabk7b4534r6cjj','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:change_project','change_project','PATCH','/api/v1/projects/{project}','[]','Change a project',replace('latchkey:change_project\nchange a project\n/api/v1/projects/{project}','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('change_project\nchange_project','\n',char(10)),replace('change a project\nchange a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs82ms7sxyakjahk4c6','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_project_limits','get_project_limits','GET','/api/v1/projects/{project}/limits','[]','Get the limits of a project',replace('latchkey:get_project_limits\nget the limits of a project\n/api/v1/projects/{project}/limits','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('get_project_lirnits\nget_project_limits','\n',char(10)),replace('get the lirnits of a project\nget the limits of a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs83h66e6y6pz38kzjm','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:set_project_limits','set_project_limits','PUT','/api/v1/projects/{project}/limits','[]','Set the limits of a project',replace('latchkey:set_project_limits\nset the limits of a project\n/api/v1/projects/{project}/limits','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('set_project_lirnits\nset_project_limits','\n',char(10)),replace('set the lirnits of a project\nset the limits of a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8btf71x37xt8d1j5r','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_members','list_members','GET','/api/v1/projects/{project}/members','[]','List the members of a project',replace('latchkey:list_members\nlist the members of a project\n/api/v1/projects/{project}/members','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('list_rnernbers\nlist_members','\n',char(10)),replace('list the rnernbers of a project\nlist the members of a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8vjmz52wm7pvr374c','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_project_systems','list_project_systems','GET','/api/v1/projects/{project}/systems','[]','List the systems that are open to a project',replace('latchkey:list_project_systems\nlist the systems that are open to a project\n/api/v1/projects/{project}/systems','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('list_project_systerns\nlist_project_systems','\n',char(10)),replace('list the systerns that are open to a project\nlist the systems that are open to a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8m5efjndp9e20vgr2','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:open_system','open_system','PUT','/api/v1/projects/{project}/systems/{system}','[]','Open a system to a project',replace('latchkey:open_system\nopen a system to a project\n/api/v1/projects/{project}/systems/{system}','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('open_systern\nopen_system','\n',char(10)),replace('open a systern to a project\nopen a system to a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs86mpzkhc58pbrk383','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:close_system','close_system','DELETE','/api/v1/projects/{project}/systems/{system}','[]','Close a system to a project',replace('latchkey:close_system\nclose a system to a project\n/api/v1/projects/{project}/systems/{system}','\n',char(10)),'["projects"]',0,'project',0,1,NULL,NULL,NULL,replace('close_systern\nclose_system','\n',char(10)),replace('close a systern to a project\nclose a system to a project','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8mrzt28m8f5ssmdt3','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_stats','get_stats','GET','/api/v1/stats','[]','Get an overview',replace('latchkey:get_stats\nget an overview\n/api/v1/stats','\n',char(10)),'["installation"]',0,'project',0,1,NULL,NULL,NULL,replace('get_stats\nget_stats','\n',char(10)),replace('get an overview\nget an overview','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8rsevx3280cgjat4a','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_systems','list_systems','GET','/api/v1/systems','[]','List systems',replace('latchkey:list_systems\nlist systems\n/api/v1/systems','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('list_systerns\nlist_systems','\n',char(10)),replace('list systerns\nlist systems','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8kn9w0zzy9r4xa7js','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:create_system','create_system','POST','/api/v1/systems','[]','Add a system',replace('latchkey:create_system\nadd a system\n/api/v1/systems','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('create_systern\ncreate_system','\n',char(10)),replace('add a systern\nadd a system','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8cg2f10fa6tcdddga','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_system','get_system','GET','/api/v1/systems/{system}','[]','Get a system',replace('latchkey:get_system\nget a system\n/api/v1/systems/{system}','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('get_systern\nget_system','\n',char(10)),replace('get a systern\nget a system','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8pxm8f7qt9y9y5yp5','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:delete_system','delete_system','DELETE','/api/v1/systems/{system}','[]','Delete a system',replace('latchkey:delete_system\ndelete a system\n/api/v1/systems/{system}','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('delete_systern\ndelete_system','\n',char(10)),replace('delete a systern\ndelete a system','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8s5pypf5hy7d4sr3m','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:change_system','change_system','PATCH','/api/v1/systems/{system}','[]','Change a system',replace('latchkey:change_system\nchange a system\n/api/v1/systems/{system}','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('change_systern\nchange_system','\n',char(10)),replace('change a systern\nchange a system','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8s89hy5cttsj7bk6m','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_system_apis','list_system_apis','GET','/api/v1/systems/{system}/apis','[]','List the APIs of a system',replace('latchkey:list_system_apis\nlist the apis of a system\n/api/v1/systems/{system}/apis','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('list_systern_apis\nlist_system_apis','\n',char(10)),replace('list the apls of a systern\nlist the apis of a system','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8c0f2v4ms77ew2m6s','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:create_api','create_api','POST','/api/v1/systems/{system}/apis','[]','Add an API by hand',replace('latchkey:create_api\nadd an api by hand\n/api/v1/systems/{system}/apis','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('create_api\ncreate_api','\n',char(10)),replace('add an apl by hand\nadd an api by hand','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8sk67s0vdqvbcjkhk','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:delete_api','delete_api','DELETE','/api/v1/systems/{system}/apis/{api}','[]','Delete an API',replace('latchkey:delete_api\ndelete an api\n/api/v1/systems/{system}/apis/{api}','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('delete_api\ndelete_api','\n',char(10)),replace('delete an apl\ndelete an api','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8wrgk4r2033mhc381','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:change_api','change_api','PATCH','/api/v1/systems/{system}/apis/{api}','[]','Change an API',replace('latchkey:change_api\nchange an api\n/api/v1/systems/{system}/apis/{api}','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('change_api\nchange_api','\n',char(10)),replace('change an apl\nchange an api','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8hdathyj769wzgx0r','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:import_openapi','import_openapi','PUT','/api/v1/systems/{system}/openapi','[]','Import an OpenAPI document',replace('latchkey:import_openapi\nimport an openapi document\n/api/v1/systems/{system}/openapi','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('irnport_openapi\nimport_openapi','\n',char(10)),replace('lrnport an openapl docurnent\nimport an openapi document','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8q3xk55dkskre1n40','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_system_projects','list_system_projects','GET','/api/v1/systems/{system}/projects','[]','List the projects that a system is open to',replace('latchkey:list_system_projects\nlist the projects that a system is open to\n/api/v1/systems/{system}/projects','\n',char(10)),'["systems"]',0,'project',0,1,NULL,NULL,NULL,replace('list_systern_projects\nlist_system_projects','\n',char(10)),replace('list the projects that a systern is open to\nlist the projects that a system is open to','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs843swcx4wvcvxbb3z','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_tokens','list_tokens','GET','/api/v1/tokens','[]','List tokens',replace('latchkey:list_tokens\nlist tokens\n/api/v1/tokens','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('list_tokens\nlist_tokens','\n',char(10)),replace('list tokens\nlist tokens','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8k9rxn05j2mewyt49','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:create_token','create_token','POST','/api/v1/tokens','[]','Apply for a token',replace('latchkey:create_token\napply for a token\n/api/v1/tokens','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('create_token\ncreate_token','\n',char(10)),replace('apply for a token\napply for a token','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8a19tcs7c1q59mkd7','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_name_availability','get_name_availability','GET','/api/v1/tokens/name-availability','[]','Check whether a name is free',replace('latchkey:get_name_availability\ncheck whether a name is free\n/api/v1/tokens/name-availability','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('get_narne_availability\nget_name_availability','\n',char(10)),replace('check whether a narne is free\ncheck whether a name is free','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs85x1pvjawvf38y5f6','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_token','get_token','GET','/api/v1/tokens/{token}','[]','Get a token',replace('latchkey:get_token\nget a token\n/api/v1/tokens/{token}','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('get_token\nget_token','\n',char(10)),replace('get a token\nget a token','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8391xvc2dtrxj5cc9','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:delete_token','delete_token','DELETE','/api/v1/tokens/{token}','[]','Delete a token',replace('latchkey:delete_token\ndelete a token\n/api/v1/tokens/{token}','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('delete_token\ndelete_token','\n',char(10)),replace('delete a token\ndelete a token','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8pd8mb568va5kxpbz','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:change_token','change_token','PATCH','/api/v1/tokens/{token}','[]','Modify a token',replace('latchkey:change_token\nmodify a token\n/api/v1/tokens/{token}','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('change_token\nchange_token','\n',char(10)),replace('modify a token\nmodify a token','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8dh9es6x7nh4w1hs3','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_token_file','get_token_file','GET','/api/v1/tokens/{token}/file','[]','Download the token file',replace('latchkey:get_token_file\ndownload the token file\n/api/v1/tokens/{token}/file','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('get_token_file\nget_token_file','\n',char(10)),replace('download the token file\ndownload the token file','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8pq6sv2nxgdq5485r','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:rotate_token','rotate_token','POST','/api/v1/tokens/{token}/rotate','[]','Rotate a token',replace('latchkey:rotate_token\nrotate a token\n/api/v1/tokens/{token}/rotate','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('rotate_token\nrotate_token','\n',char(10)),replace('rotate a token\nrotate a token','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8bwxz6zjwxjn8927s','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_secret_id','get_secret_id','GET','/api/v1/tokens/{token}/secret','[]','Copy the secret id of a JWT token',replace('latchkey:get_secret_id\ncopy the secret id of a jwt token\n/api/v1/tokens/{token}/secret','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('get_secret_id\nget_secret_id','\n',char(10)),replace('copy the secret id of a jwt token\ncopy the secret id of a jwt token','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs806wqbqqeq1zqp88p','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:try_call','try_call','POST','/api/v1/tokens/{token}/try','[]','Try a call',replace('latchkey:try_call\ntry a call\n/api/v1/tokens/{token}/try','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('try_call\ntry_call','\n',char(10)),replace('try a call\ntry a call','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs84f1n5jpzz5vh995a','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_token_usage','get_token_usage','GET','/api/v1/tokens/{token}/usage','[]','Get a token''s usage',replace('latchkey:get_token_usage\nget a token''s usage\n/api/v1/tokens/{token}/usage','\n',char(10)),'["tokens"]',0,'project',0,1,NULL,NULL,NULL,replace('get_token_usage\nget_token_usage','\n',char(10)),replace('get a token''s usage\nget a token''s usage','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs8cdnqdggapj0m1d86','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:list_users','list_users','GET','/api/v1/users','[]','List users',replace('latchkey:list_users\nlist users\n/api/v1/users','\n',char(10)),'["users"]',0,'project',0,1,NULL,NULL,NULL,replace('list_users\nlist_users','\n',char(10)),replace('list users\nlist users','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zs84as9wkpvvpk461f0','sys_01m8np3zs6f7nz7q2exj5z3g5q','latchkey:get_user','get_user','GET','/api/v1/users/{user}','[]','Get a user',replace('latchkey:get_user\nget a user\n/api/v1/users/{user}','\n',char(10)),'["users"]',0,'project',0,1,NULL,NULL,NULL,replace('get_user\nget_user','\n',char(10)),replace('get a user\nget a user','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zww660vyb302wjpmj1d','sys_01m8np3zwebheq0tspddk2pbfq','fleet:listDevices','listDevices','GET','/projects/{project}/devices','[]','listDevices',replace('fleet:listdevices\nlistdevices\n/projects/{project}/devices','\n',char(10)),'[]',0,'project',0,1,NULL,NULL,NULL,replace('listdevices\nlistdevices','\n',char(10)),replace('listdevices\nlistdevices','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zwwc3gg1np6vas56vnn','sys_01m8np3zwebheq0tspddk2pbfq','fleet:readDevice','readDevice','GET','/projects/{project}/devices/{device}','[]','readDevice',replace('fleet:readdevice\nreaddevice\n/projects/{project}/devices/{device}','\n',char(10)),'[]',0,'project',0,1,NULL,NULL,NULL,replace('readdevice\nreaddevice','\n',char(10)),replace('readdevice\nreaddevice','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zwwy1k372tx1yxw2pq5','sys_01m8np3zwebheq0tspddk2pbfq','fleet:renameDevice','renameDevice','PATCH','/projects/{project}/devices/{device}','[]','renameDevice',replace('fleet:renamedevice\nrenamedevice\n/projects/{project}/devices/{device}','\n',char(10)),'[]',0,'project',0,1,NULL,NULL,NULL,replace('renarnedevice\nrenamedevice','\n',char(10)),replace('renarnedevice\nrenamedevice','\n',char(10)));
INSERT INTO api_rows VALUES('api_01m8np3zxsd5mmw4vkgxcpp2nw','sys_01m8np3zxfwngje2vv8w05phvp','yard:openGate','openGate','POST','/gate','[]','Open the gate',replace('yard:opengate\nopen the gate\n/gate','\n',char(10)),'[]',0,'project',0,0,NULL,NULL,NULL,replace('opengate\nopengate','\n',char(10)),replace('open the gate\nopen the gate','\n',char(10)));
CREATE TABLE verifier_keys (
    id TEXT PRIMARY KEY NOT NULL,
    system_id TEXT NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
, gateway TEXT
    CHECK (gateway IN ('nginx', 'caddy', 'traefik', 'haproxy', 'envoy')), certificate TEXT);
INSERT INTO verifier_keys VALUES('key_01m8np3zx8b4468c4tbvy0qs0g','sys_01m8np3zwebheq0tspddk2pbfq','gateway','lkv_wOpX',X'c240007ca42a099996c7c9fef06db963eb9e75fefff1d7edc404a9dc57e539f7',1796024172456,NULL,NULL);
INSERT INTO verifier_keys VALUES('key_01m8np3zxdq6vgns121p11sr89','sys_01m8np3zwebheq0tspddk2pbfq','second','lkv_FyR1',X'0fb3f815f5d004b3bd5e7c6a65e57e8abbc2faf403a2599f496be8a984e07eec',1796024172461,NULL,NULL);
CREATE TABLE tokens (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('rsa', 'jwt')),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    all_projects INTEGER NOT NULL DEFAULT 0,
    -- Whether `token_bounds` says which projects its calls are held to.
    bounded INTEGER NOT NULL DEFAULT 0,
    expires_at BIGINT,
    -- JSON array of CIDR ranges.
    allowed_ips TEXT NOT NULL DEFAULT '[]',
    one_time_only INTEGER NOT NULL DEFAULT 0,
    key_size INTEGER,
    generation BIGINT NOT NULL,
    version BIGINT NOT NULL,
    parent_token TEXT REFERENCES tokens (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    client_key INTEGER NOT NULL DEFAULT 0, skeleton TEXT NOT NULL DEFAULT '', taken_key TEXT);
INSERT INTO tokens VALUES(1,'tok_01m8np4065neekh9fxpw19azwc','rsa','Crane control','crane control','For the night shift',0,0,0,4073544000000,'[]',0,2048,2,2,NULL,1796024172742,'admin',1796024172809,'admin',0,'crane control',NULL);
INSERT INTO tokens VALUES(2,'tok_01m8np4274mshga5c503236pwy','jwt','jwt-01m8np427233je05e33yq5q1g4','jwt-01m8np427233je05e33yq5q1g4','',0,0,1,NULL,'[]',0,NULL,1,1,NULL,1796024174821,'lin',1796024174821,'lin',0,'jwt-olrn8np427233jeo5e33yq5qlg4',NULL);
INSERT INTO tokens VALUES(3,'tok_01m8np427bewgdqwx5p3gf43ds','rsa','All projects','all projects','',0,1,0,NULL,'[]',0,2048,1,1,NULL,1796024174828,'admin',1796024174828,'admin',0,'all projects',NULL);
INSERT INTO tokens VALUES(4,'tok_01m8np427m8n88bfjzcnb5anfz','rsa','Issuer','issuer','',0,0,0,NULL,'[]',0,2048,1,1,NULL,1796024175004,'admin',1796024175004,'admin',0,'lssuer',NULL);
INSERT INTO tokens VALUES(5,'tok_01m8np42dh7j7yaj9cz7gh1x1d','rsa','rsa-01m8np42dcfzhxrrzj5dnqz04q','rsa-01m8np42dcfzhxrrzj5dnqz04q','',0,0,0,NULL,'[]',0,2048,1,1,'tok_01m8np427m8n88bfjzcnb5anfz',1796024175026,'Issuer',1796024175026,'Issuer',0,'rsa-olrn8np42dcfzhxrrzj5dnqzo4q',NULL);
INSERT INTO tokens VALUES(6,'tok_01m8np42e1mnzkabcb4zj1hs5p','rsa','rsa-01m8np42e01z7sd4yhscnyv23j','rsa-01m8np42e01z7sd4yhscnyv23j','',1,0,0,NULL,'[]',0,2048,1,2,NULL,1796024175044,'admin',1796024175057,'admin',0,'rsa-olrn8np42eolz7sd4yhscnyv23j',NULL);
INSERT INTO tokens VALUES(7,'tok_01m8np42jbhc6ntb9nyc19fx5t','jwt','jwt-01m8np42jahpgqqppa7epwgh6v','jwt-01m8np42jahpgqqppa7epwgh6v','',0,0,0,NULL,'[]',0,NULL,1,1,NULL,1796024175179,'admin',1796024175179,'admin',0,'jwt-olrn8np42jahpgqqppa7epwgh6v',NULL);
CREATE TABLE token_apis (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    api_id TEXT NOT NULL REFERENCES "api_rows" (id),
    PRIMARY KEY (token_id, api_id)
);
INSERT INTO token_apis VALUES('tok_01m8np4065neekh9fxpw19azwc','api_01m8np3zwwc3gg1np6vas56vnn');
INSERT INTO token_apis VALUES('tok_01m8np4065neekh9fxpw19azwc','api_01m8np3zww660vyb302wjpmj1d');
INSERT INTO token_apis VALUES('tok_01m8np4274mshga5c503236pwy','api_01m8np3zwwc3gg1np6vas56vnn');
INSERT INTO token_apis VALUES('tok_01m8np427m8n88bfjzcnb5anfz','api_01m8np3zs8k9rxn05j2mewyt49');
INSERT INTO token_apis VALUES('tok_01m8np427m8n88bfjzcnb5anfz','api_01m8np3zs8dh9es6x7nh4w1hs3');
INSERT INTO token_apis VALUES('tok_01m8np427m8n88bfjzcnb5anfz','api_01m8np3zwwc3gg1np6vas56vnn');
INSERT INTO token_apis VALUES('tok_01m8np42dh7j7yaj9cz7gh1x1d','api_01m8np3zwwc3gg1np6vas56vnn');
INSERT INTO token_apis VALUES('tok_01m8np42e1mnzkabcb4zj1hs5p','api_01m8np3zwwc3gg1np6vas56vnn');
INSERT INTO token_apis VALUES('tok_01m8np42jbhc6ntb9nyc19fx5t','api_01m8np3zwwc3gg1np6vas56vnn');
CREATE TABLE token_systems (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    system_id TEXT NOT NULL REFERENCES systems (id),
    PRIMARY KEY (token_id, system_id)
);
INSERT INTO token_systems VALUES('tok_01m8np427bewgdqwx5p3gf43ds','sys_01m8np3zwebheq0tspddk2pbfq');
CREATE TABLE token_projects (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL REFERENCES projects (id),
    PRIMARY KEY (token_id, project_id)
);
INSERT INTO token_projects VALUES('tok_01m8np4065neekh9fxpw19azwc','prj_01m8np3zx3yk2g7a1wmtb6sknx');
INSERT INTO token_projects VALUES('tok_01m8np4065neekh9fxpw19azwc','prj_01m8np3zx4qz425nma89hp23p9');
INSERT INTO token_projects VALUES('tok_01m8np427m8n88bfjzcnb5anfz','prj_01m8np3zx3yk2g7a1wmtb6sknx');
INSERT INTO token_projects VALUES('tok_01m8np42dh7j7yaj9cz7gh1x1d','prj_01m8np3zx3yk2g7a1wmtb6sknx');
INSERT INTO token_projects VALUES('tok_01m8np42e1mnzkabcb4zj1hs5p','prj_01m8np3zx3yk2g7a1wmtb6sknx');
CREATE TABLE token_users (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (token_id, user_id)
);
INSERT INTO token_users VALUES('tok_01m8np4274mshga5c503236pwy','usr_01m8np3zx6x2cr66gpjd672y2n');
INSERT INTO token_users VALUES('tok_01m8np42jbhc6ntb9nyc19fx5t','usr_01m8np3zx6x2cr66gpjd672y2n');
CREATE TABLE token_bounds (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL REFERENCES projects (id),
    PRIMARY KEY (token_id, project_id)
);
INSERT INTO token_bounds VALUES('tok_01m8np4274mshga5c503236pwy','prj_01m8np3zx3yk2g7a1wmtb6sknx');
CREATE TABLE revoked_jwts (
    jti TEXT PRIMARY KEY NOT NULL,
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
INSERT INTO revoked_jwts VALUES('kwYKK_Z_AiegcqRv6-pYKQ','tok_01m8np4274mshga5c503236pwy',1796024775000);
CREATE TABLE used_requests (
    token_id TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (token_id, jti)
) WITHOUT ROWID;
INSERT INTO used_requests VALUES('tok_01m8np4065neekh9fxpw19azwc','request-01m8np42jq76pywx1gm2ypektz',1796024235000);
CREATE TABLE idempotency_keys (
    digest BLOB PRIMARY KEY NOT NULL,
    request_digest BLOB NOT NULL,
    status INTEGER NOT NULL,
    location TEXT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO idempotency_keys VALUES(X'1fcc66dd36acfee02729cfedc2e90da647359fdb2c4a21430d3b5728f072a497',X'c857fd04732446b6d7c6ccca040dd0de0b81177baa1ff628dec87b422513b8ed',201,'/api/v1/tokens/tok_01m8np42jbhc6ntb9nyc19fx5t','{"id":"tok_01m8np42jbhc6ntb9nyc19fx5t","kind":"jwt","name":"jwt-01m8np42jahpgqqppa7epwgh6v","description":"","status":"active","apis":[{"id":"api_01m8np3zwwc3gg1np6vas56vnn","key":"fleet:readDevice","name":"readDevice","method":"GET","base_path":null,"path":"/projects/{project}/devices/{device}","removed":false}],"systems":[],"all_projects":false,"projects":[],"users":[{"id":"usr_01m8np3zx6x2cr66gpjd672y2n","username":"ada","display_name":"Ada"}],"bound_to":null,"expires_at":null,"allowed_ips":[],"rate_limit":null,"quota":null,"api_limits":[],"key_size":null,"client_key":null,"one_time_only":false,"generation":1,"parent_token":null,"created_at":"2026-11-30T07:36:15.179Z","created_by":"admin","updated_at":"2026-11-30T07:36:15.179Z","updated_by":"admin","manageable":true,"last_used_at":null}',1796024175180);
CREATE TABLE audit_events (
    id TEXT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT,
    target_id TEXT,
    target_name TEXT,
    -- JSON object.
    detail TEXT NOT NULL,
    request_id TEXT,
    client_ip TEXT
);
INSERT INTO audit_events VALUES('evt_01m8np3zt7my6v0tbt5301we6f',1796024172359,'system',NULL,'latchkey','user.created','user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','{"role":"system_admin"}',NULL,NULL);
INSERT INTO audit_events VALUES('evt_01m8np3zw91t2mqb577mf811y3',1796024172425,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','session.created','user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','{}','01m8np3ztpz6qm6s0dqdd9rh47','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zwf1par1nrz2ejzwtrx',1796024172431,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','system.created','system','sys_01m8np3zwebheq0tspddk2pbfq','fleet','{}','01m8np3zwetj05hy63czkn3mr2','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zwykh2mawtp28gfgn87',1796024172446,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','system.imported','system','sys_01m8np3zwebheq0tspddk2pbfq','fleet','{"added":3,"changed":0,"removed":0}','01m8np3zwhmc6esxezh21vez92','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zx3rva8b07zewmeq8gz',1796024172451,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','project.created','project','prj_01m8np3zx3yk2g7a1wmtb6sknx','harbour','{}','01m8np3zx2cdr02qjtgm7dtvpt','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zx5zz6rb5c9d8ezsp1r',1796024172453,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','project.created','project','prj_01m8np3zx4qz425nma89hp23p9','quarry','{}','01m8np3zx4adv9f4q77t04sb2t','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zx660v75c028r1k5mav',1796024172454,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','user.created','user','usr_01m8np3zx6x2cr66gpjd672y2n','ada','{"role":"user"}','01m8np3zx6z58gagg64f1d17gv','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zx72jydx55bpm9cp59s',1796024172455,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','project.member_set','project','prj_01m8np3zx3yk2g7a1wmtb6sknx','harbour','{"role":"member","user":"ada"}','01m8np3zx77st2ey056z3xbmte','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zx9k9e8hze4mmq96aat',1796024172457,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','verifier_key.created','verifier_key','key_01m8np3zx8b4468c4tbvy0qs0g','gateway','{"gateway":null,"system":"fleet"}','01m8np3zx8mqxymacp1vpgjhgr','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zxd46abnm2zspr1najh',1796024172461,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','verifier_key.created','verifier_key','key_01m8np3zxdq6vgns121p11sr89','second','{"gateway":null,"system":"fleet"}','01m8np3zxdy64ehdmvyy9skqke','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zxfm684xq7he7sjh8qa',1796024172463,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','system.created','system','sys_01m8np3zxfwngje2vv8w05phvp','yard','{}','01m8np3zxeak4mn362hjw4s32t','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zxtxnnmg82v254186xn',1796024172474,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','api.created','api','api_01m8np3zxsd5mmw4vkgxcpp2nw','yard:openGate','{}','01m8np3zxm18st1s0bqktyw7nd','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zymq5v9q6h160855yrt',1796024172500,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','system.updated','system','sys_01m8np3zxfwngje2vv8w05phvp','yard','{"disabled":false,"restricted":true}','01m8np3zykbj5nc8t973gh0xqz','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np3zysky7x6vkqn981cdf5',1796024172505,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','project.system_opened','project','prj_01m8np3zx3yk2g7a1wmtb6sknx','harbour','{"system":"yard"}','01m8np3zyred7023g2bb1ykthx','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np400k3f5gy29mqjnvf11m',1796024172563,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','user.created','user','usr_01m8np400jefxw341wve99ren9','lin','{"role":"user"}','01m8np3zyzsnsdvkvm97mcjrm2','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np400rs2rd3xmd7ap4y0my',1796024172568,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','project.member_set','project','prj_01m8np3zx3yk2g7a1wmtb6sknx','harbour','{"role":"admin","user":"lin"}','01m8np400nqg9q5gzfe2tgbep2','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np402mtdca8er7wj6vtnq3',1796024172628,'user','usr_01m8np400jefxw341wve99ren9','lin','session.created','user','usr_01m8np400jefxw341wve99ren9','lin','{}','01m8np4014ct2fx81nv0m193ew','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np405sx4xn624409xma93c',1796024172729,'user','usr_01m8np400jefxw341wve99ren9','lin','user.password_changed','user','usr_01m8np400jefxw341wve99ren9','lin','{}','01m8np4031rmz5p4a68jajd5z1','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np405y6mw242ty84dbtpga',1796024172734,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','installation.limits_set','installation','installation','Latchkey','{"ceiling":{"api_limits":[{"api":"fleet:readDevice","rate_limit":{"requests":10000,"seconds":60}}],"quota":{"period":"day","requests":1000000,"time_zone":"Asia/Shanghai"},"rate_limit":{"requests":10000,"seconds":60}},"default":{}}','01m8np405w134pyc2kjxza2kr2','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np40623a39x8ps3954zwds',1796024172738,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','project.limits_set','project','prj_01m8np3zx3yk2g7a1wmtb6sknx','harbour','{"ceiling":{"api_limits":[{"api":"fleet:readDevice","rate_limit":{"requests":10000,"seconds":60}}],"quota":{"period":"day","requests":1000000,"time_zone":"Asia/Shanghai"},"rate_limit":{"requests":10000,"seconds":60}},"default":{}}','01m8np4061xag7ptx2jaqmb2g8','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np4067ty3c59r1a4pbn8pj',1796024172743,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.created','token','tok_01m8np4065neekh9fxpw19azwc','Crane control','{"apis":2,"client_key":false,"kind":"rsa","systems":0}','01m8np4064v507rjptdnt76d59','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np406nvhj64pfcwkpyq3bh',1796024172757,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.file_downloaded','token','tok_01m8np4065neekh9fxpw19azwc','Crane control','{}','01m8np406gf4q9em7g90yny96a','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np408a31vzbqt2jj64ezrr',1796024172810,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.rotated','token','tok_01m8np4065neekh9fxpw19azwc','Crane control','{"generation":2,"overlap_seconds":1}','01m8np406srm18semh7r9q4w9q','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np4275cyjcnwebmygkzv0e',1796024174821,'user','usr_01m8np400jefxw341wve99ren9','lin','token.created','token','tok_01m8np4274mshga5c503236pwy','jwt-01m8np427233je05e33yq5q1g4','{"apis":1,"client_key":false,"kind":"jwt","systems":0}','01m8np4272vc3ep65dt9kpzvrs','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np4279g7ajgwhaxm2cb0sy',1796024174825,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.secret_copied','token','tok_01m8np4274mshga5c503236pwy','jwt-01m8np427233je05e33yq5q1g4','{}','01m8np4278vd34r4aa8wk2w90c','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np427c13m8vapknv7wqz3p',1796024174828,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.created','token','tok_01m8np427bewgdqwx5p3gf43ds','All projects','{"apis":0,"client_key":false,"kind":"rsa","systems":1}','01m8np427akgy6j4tmq733vxrw','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42cxwmd9y8kgw0n2jgab',1796024175005,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.created','token','tok_01m8np427m8n88bfjzcnb5anfz','Issuer','{"apis":3,"client_key":false,"kind":"rsa","systems":0}','01m8np427gkbcxg9xqef9m9p1a','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42d4jjb9h5a0d4wxjbag',1796024175012,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.file_downloaded','token','tok_01m8np427m8n88bfjzcnb5anfz','Issuer','{}','01m8np42d1xbm2yzprnw3aath4','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42djrp2fsm9fwk4xq51t',1796024175026,'token','tok_01m8np427m8n88bfjzcnb5anfz','Issuer','token.created','token','tok_01m8np42dh7j7yaj9cz7gh1x1d','rsa-01m8np42dcfzhxrrzj5dnqz04q','{"apis":1,"client_key":false,"kind":"rsa","systems":0}','01m8np42ddz8c5c44dx9dpdadp','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42e42s6jgsq27x61rmae',1796024175044,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.created','token','tok_01m8np42e1mnzkabcb4zj1hs5p','rsa-01m8np42e01z7sd4yhscnyv23j','{"apis":1,"client_key":false,"kind":"rsa","systems":0}','01m8np42e05y7h5rc99nvtxz9s','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42e97a5z44znj92dk6yd',1796024175049,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.file_downloaded','token','tok_01m8np42e1mnzkabcb4zj1hs5p','rsa-01m8np42e01z7sd4yhscnyv23j','{}','01m8np42e65zgjy0jnc02j4vfw','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42ej91psp3dxrwtjesre',1796024175058,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.disabled','token','tok_01m8np42e1mnzkabcb4zj1hs5p','rsa-01m8np42e01z7sd4yhscnyv23j','{"api_limits":false,"grants_or_targets":false,"quota":false,"rate_limit":false,"renamed":false}','01m8np42efmrayhyv5rt64qx41','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42j12rbdtbwcgkbvf4t4',1796024175169,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.created','token','tok_01m8np42esz89sm7skakvkhgd6','rsa-01m8np42er5jeeyp4mtgs6qp6w','{"apis":1,"client_key":false,"kind":"rsa","systems":0}','01m8np42ercmbz6kkg3bvgh98r','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42j6jaa44m4d3pwawgsv',1796024175174,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.file_downloaded','token','tok_01m8np42esz89sm7skakvkhgd6','rsa-01m8np42er5jeeyp4mtgs6qp6w','{}','01m8np42j37vtxyybbppyzxxys','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42j94pacb8q4s2s6e04q',1796024175177,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.deleted','token','tok_01m8np42esz89sm7skakvkhgd6','rsa-01m8np42er5jeeyp4mtgs6qp6w','{"kind":"rsa"}','01m8np42j8epr8qhpqhqg7akvj','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42jc9vcsxjxdkazyrsm5',1796024175180,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.created','token','tok_01m8np42jbhc6ntb9nyc19fx5t','jwt-01m8np42jahpgqqppa7epwgh6v','{"apis":1,"client_key":false,"kind":"jwt","systems":0}','01m8np42jafbyt37tx2tjmgm1d','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42jmgap0dzvjy6s0gyxf',1796024175188,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.file_downloaded','token','tok_01m8np4065neekh9fxpw19azwc','Crane control','{}','01m8np42jjpk55rk076qk9atm5','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42mh0embeee24drkrgny',1796024175249,'token','tok_01m8np4274mshga5c503236pwy','jwt-01m8np427233je05e33yq5q1g4','token.credential_revoked','token','tok_01m8np4274mshga5c503236pwy','jwt-01m8np427233je05e33yq5q1g4','{"credential":"jwt","jti":"kwYKK_Z_AiegcqRv6-pYKQ"}','01m8np42mg4tkjwyaj6jh95aad','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np42n5h69nsqbn6348n4ew',1796024175269,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','signing_key.rotated','signing_key','key_01m8np42n4sa2d3cdgawv559mr','key_01m8np42n4sa2d3cdgawv559mr','{"algorithm":"RS256","at_once":false,"before":["key_01m8np3zqbb5ftbym8vn982tt1"]}','01m8np42mqw5c2yvj6dct2vyb7','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np46jjx2w8g9zc3kgrm9d3',1796024179282,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.file_downloaded','token','tok_01m8np427bewgdqwx5p3gf43ds','All projects','{}','01m8np46jh90tq9x251tftcs23','127.0.0.1');
INSERT INTO audit_events VALUES('evt_01m8np46jn0cx3d1n8vgr9sk45',1796024179285,'user','usr_01m8np3zt6462fkgb2saz4c0v4','admin','token.file_downloaded','token','tok_01m8np42dh7j7yaj9cz7gh1x1d','rsa-01m8np42dcfzhxrrzj5dnqz04q','{}','01m8np46jms1c66egrds7cwezh','127.0.0.1');
CREATE TABLE token_usage (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    -- Empty for calls that matched no API.
    api_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (token_id, day, api_id, outcome)
);
INSERT INTO token_usage VALUES('tok_01m8np4065neekh9fxpw19azwc','2026-11-30','api_01m8np3zwwc3gg1np6vas56vnn','allowed',4);
INSERT INTO token_usage VALUES('tok_01m8np4065neekh9fxpw19azwc','2026-11-30','api_01m8np3zwwy1k372tx1yxw2pq5','api_not_granted',1);
INSERT INTO token_usage VALUES('tok_01m8np4274mshga5c503236pwy','2026-11-30','api_01m8np3zwwc3gg1np6vas56vnn','allowed',1);
INSERT INTO token_usage VALUES('tok_01m8np427m8n88bfjzcnb5anfz','2026-11-30','api_01m8np3zs8k9rxn05j2mewyt49','allowed',1);
CREATE TABLE IF NOT EXISTS "token_keys" (
    id TEXT PRIMARY KEY NOT NULL,
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL,
    private_key BLOB,
    -- Ours where there is a private key, else the client's own.
    public_jwk TEXT,
    secret BLOB,
    secret_digest BLOB,
    open_token BLOB,
    open_token_digest BLOB UNIQUE,
    valid_until BIGINT,
    -- When it was first shown to somebody.
    revealed_at BIGINT,
    UNIQUE (token_id, generation),
    CHECK ((secret IS NULL) = (secret_digest IS NULL)),
    CHECK (secret IS NOT NULL OR public_jwk IS NOT NULL)
);
INSERT INTO token_keys VALUES('key_01m8np406584jjv0hz857eq25a','tok_01m8np4065neekh9fxpw19azwc',1,X'016b65795f30316d386e70337a7038367079346a71616b316539637368306802ec338f6965c394c6e90dfb84ff67a39ff657dea8fbb96e217ed35b60ae9d42a7622ba995af7f0193e854cb4809dbf0e0e1da9ec349436ebe9473102b8779a26e5061d4667e26196fb4050cfb220f02069d7a2738a1d65902e84f8db9ae6faafd751150b21a6a8041cafb3b113e1b9f26ac4b51f4a00f4232be40709f96e84ce7b74a88ea0504a2964fcbb53ef3d43907fefba0b18beaa30ad2491af853eac8cffc5ec46e030a6e6abfecafd0742c4b440629c00449c23e54b582079c6da1c3227302d52cf5556610392c9681c19ace3dbfb8f55ad6323456464ffbdfe80723dd45d3302866c295f487e909681f907b82d591d6425d317cd9f4ab63de68e6e466d4720dab97e539155218298b5ce9c0c3c85498fabebf003e859e6a7d053983d36ea224898583eb8aae9c669b0cbe89d62a72e137a880027ce88d210d40f7d60b98b9d8ba4cd33698112ce482b63ab50e7de32b02b3a30e4e1b47076a9327abf32d05c96ad24745353fd92666980a70b8af846d206c573b64c03040ffa18158e2242b56a00231f896db92a36a37476dc4efd60eb03aa4c92cbe88129ee09a71b381e4e65c38df1bb00589986c142df41d96ef62217b237b44152c0939a1506990c4e218666fd9214c420c9430aa61c0b7f50d7e126c457647dd0c5c38f7ae1a7e15dcfd99591c5a286e9aea915ac03f2e06c75749da46c61e45c9d95aad498d43c33ff4b76f19f28d349eed7e8c27ff157beb87a0f05550a9ec047c2695542a1ab43aebd9a0245976cba377103e78cad48e31c7aaaf07d94c8a2c066b22b9a84fce0a91d611ce1fc48ab77c848067a4b47c02d252fd902e199d2c951c8cddc9029679958ad7b9569879e20e75d0bb381e241c4fc58b8445d38cd34310962c67ce56c812843aafaa2586ec80dd2402c49629f57504baec229cb094263cdbc6f2286e8c704d98dd290866810d2531ae2dd210c0de8e6263ea9e5cae3ecd04bec470b1b3fcdb5316f94253c604c4aa15bec059422048880fde676cb7e49995cd05c873cae98a73e10b6ed38a88fb35554f4dde92da0ae8a0e510cbe15baa3cc65a49fdae77a01c11d50afe9d4ed6bb6e6e623fa6c97a9c9a3517720d6a0b006d2b604e31b91f223c50f0cf7823feb6e867549ec976c7b3241c429b4ac135779dda87137609f93998fdca7d43ebb8b373fc1e0b6c96bc247b9c453e45a124790f13c907df931ae00058d4dc3e9299f76c79a5c14eb95d884c4a7b029744313bbede0e3386a0d7e8b8d796d3ded2758efbad88928722c4246679d6a0bab8c1a7c3dc8275f93a3e4ec25f8f0952d75c2150d15e89db4bb7397b98caffeb66f665a8f36e5ff6f19d661fa2e482989a24d4a166f3ebd1d33332c6aed0b7c34505f63c661fa668b5126174dcfd1d9690160cec20b7a84c9bb3fc81fe3a7a39ead892f4342e27f1c7e9cc3ab02d81cf1992b99e1a50484222595527761e71f8011fc1cd98cd85a7304e2dd2f4bde25330f571640695c2732492cefb13367ea40cca0d4df53fdae8f1ecfee9fbd6c7784e69fb6144a2cf7182edb31e07149a4133b5a199d1d708ef44a904854cd2a84ec52bf49f51e222c721e51f4a98b37f9a34eb0c450f6669e49724dd33c56ad3a827a11bda9df23a0893ba726dc43a1b6e1d0f3d48d8b699ed39208f97673665ab8e83c0a7b54d22acda370519ceb4ef82e3c6a4e5730d4cff6dcc63a4ff811955b6206437c774c9dab77159d47eb01d88015455','{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np406584jjv0hz857eq25a","kty":"RSA","n":"43Gc16ZjzJU9Z7iuFJyl9cN1Kw4d32iTqH_90cs7gD38N-MiDusPqPQJjkNPJs0qt55cC9a2EZ4bJBp62ljTm-8KVN6EiLD5kkkdbHCYIr7Rkk5Y60nUyMfFBzdiu6sYEdsYAwuHlNh4JxnbzIbTc0CZ1kjg9FOZX60qbD8up5LH3ORxqSzZLy0-NeRgc--UpKlkieF2cixrjNz2fm6y5ViP3wNJFDHApu6AOVPtbg-01vpweHwQtZiM0HwOLDnSkWmQLrnxJyK1109haP4xlepxGkeeZcFQBj7TnuBee49wTCohJ8_xOqr5cOUih8saSf6w7Maca9hxfZk7mqEWHw","use":"enc"}',X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068f4f6db0e9030f47cdd2a1262f494b377e71f01756986729e7754304c6ad40e3304732bb80c732b0118018b6ca8625e77025bfcd188df4be8197bcd05aeef54675b2cf41b947d61',X'cf8157d37b4dfd672d8d1de367ff5c26138e4e48aa7bb0db669e99dcb795ae50',X'016b65795f30316d386e70337a7038367079346a71616b31653963736830681556b87335964f3ace05446a6db669c04311605dea382d05e0264d6590cc3668faafbbcb3d27988cbf13af614b4a923b761738e2a0cd60c64543a4d69ad256da7fbeec96afdb2555c0f6db16313f2a8cc8ce312db6d7dfd0df9bbfea8fe92c5c163b019f8c9e566e8d3f806db837b3cf5a66ef0cfb5a91d772151392397ce3459146f58683b944d6ac3e3928f545705e8e5cc0c58a4d96ad68f9b1d5b2dd763ce31275fff8d8ea3c18f50868abf524934b20ab4e30a68d730bfd49b8fcd75bb1e0aef43ec133acd4a23604d4343ce01ca37423a701c1cd1de1a88883ef58dbf02ec1e80e27df8d75f0c2f2e7c9fbbe289dad02a8ef90a14dc140ba9140fc2077f45cc487bad9b8251bd96531c0ee19ab8081a08a116e86804ae4b9f5e081dd8b06bf756e2103c2ba7f2d349c6c8b09d4f20604313ffef205e63c0b3cbf7c922dae86314380b3da929e0238ec792887cc516277aba2cdeb48dc16385edf844f1d1019d0bac8fc613fc3d4c5e51db99935193e7e3757a3efcd23a1867df0e4c49092de0381f295eb2cf0ebfb8469ddd4382f77fc818d922baea490872eb249ed7ed413fa9507319e6935192b486d49d0ae925d21fb67448cdec397c9cebcba121f0b3c9b7b41b43a814e78473b11835f7fe1e25926aa8039f5f83766467666f0e9aca161775bc8ce2ecf47c28d10cb9e46fbffd00dc118266c0c71427de8276509603940df8710df2dcb5873d5788ab9adf7fa942d8779bd28a055aad84078ab632b2aaffd50c4c916b9d0b352dbd737e3f5ef2d1b14b6126db6c10a67082fec456691814f07753312b59923cd3ceba588fa0fbdffc2040cdc2859416028d0b66d94b9ccc5661297f09f4b67b9d80ccbe36d681a122676c618b360933cbb4f1d08b04fcdd62c80aeac25387ae2335cca2dcdc6b5ec703e256833116dd08fe10c4b91c019d0',X'39b8a2d6dba65b337804b81cb2b96f8bc4476a9d0585552e75ec422889e47559',1796024173809,NULL);
INSERT INTO token_keys VALUES('key_01m8np406vg9pqrs50fzakrj2s','tok_01m8np4065neekh9fxpw19azwc',2,X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068b3220617138cc9837a1add00859cd5ee01925ae0532a4f391761b7c3afe67d20c2e064bfe7fe54059f96d3417b0fa9c242c1b7091861eee3bcd80b9be0c94d8edad95c2374d474f4d4f38be4de87949147d7251f92801a52be74efea3f2b86038eda2e5b0289ba2fa104bb85c462105cc8e11a706fb94a5c3720523c8a9715e24de6299a39bb5a05a04297d31649720682cb246decd2ab1b0f9098cbe515776fa939dae86dad81b21f974763f3d9179be6f32c3fa79835053a96f90d37e12504cce7c2520cb482977b6b74c8c5adb992631bbc97277f3fb2c23f5f26b5071314efc11db9c1620b27d1fa1ca86df7fd1fce0ce45cc8eb090eeab104cebf4a9ee5a99a7a52358567dc05a75daef8953cb00735e93a97548fd81840071d7bf02da32d99600bf49754de955c5cae8706cb7de858c26bceb0ce3cf1c9042700b73d0b117a4bb25e4af1a189dcde80b848e18d8ae58b2bea9b85402b77a55afdb5dbb541b24cb5eb9ccc18ed89c133e43c4153c9f7d523acf9788e3c08982c4abadef37b48e9697f03eb67af62af37fdff3c2dc8bab042a37b28384f95769431a4857eb114f08e16b1e030c770274135f36e4e8321ed5a19c3d2512e0232d5f83c139c472cce27e273e9718fbc3ae01bae7505432288785c2e829b64e114f1f058ffd52d1c78b203bd7c59545bafbacce66ae081dafebdf69b3ffb06e2c7a7f3aabc6629c351da9f25e0dd3f6ae6e86bbd9b65f7f57c912c2de1d249d2f83d3453ae20ea3e8a1952f23a511e381722c6de7519e5724aaac0d70ff4d86b7e05d00b486a1af709de1e5e1736133b10920c136cbd33c263ef348c9c04f3eaac462cfd905795dec5bdbd959459d581ce265758b232f2bbf8a9dbe94c643b33ece974f02fb00198e863922ccb97a33ce635eba663124d3921101d1c36b38af03e4e2e8db0dcf5b695b756c06db1bd7bbd144d5f290a51d9f8476716fdc85df391cecb04d657b6b139b1527c5cab881c2256872f693249d2ee0ec7ec798c6ef830da293c7b40d98da4b74a5251f80f8a654c45eb94c61aabb72d9681ef791bbefa764338181f55a7324a0d623bf0bfd14578baaf2f8fe341dbeac2fabe71a43bdf1a87cb7ce0538cca6965b1f516491c0d4c777b3a1a6265f202e8ec8a5ec40114e5c1e57a9af8730681d092aad032538a6e3e79fa46136e20a552982c347f76f6cf67ff821a0c28dcce57c0bad38c406c52fd1d1b57a07609688e2d86c4f0185c66cd26d9e3d65a5f65ef257faffb716e1e90376d2bda0098780a3b10794fcb2ac8b0d79bef0c75724be56237ce45acf247c1e4fd8647f54f947b83dd9e4a28805f94bb1408d6df5716011a1b64a21302d9c019021075092568a9e7522589c39da4557f849b93ddc0e93e4558b6620fbfd2978f01873187c96b88bd633f571783f6e506c6f9c040197f6d2a91526e2aed4a61da4fbf1d70e63b4208a771a6b8179e40d88f1b266bb493751673f03cf7b435d4c23fee2a492ecd16a31f80c1d13ab36ee7009fa306e4101809e1bd40a2905290737aa51bc589893729c8bd7ebdd63e5ae26897a45be6cda27d6800cd6dab8921982b02ecbd80bba13c1a229d28ca2f784a351de18d534af9a151f259ddcfe9ede1427cbccab570ac89aebc7d51a7b146a97b763fd3cc3fe3a1f8e0b3343c5f2502ff552bf2dfb970646dda567cdf6faa5e38f1bf2bf5f921a1e151a053b321a308328202e5e2d263fdee6a742fd163ab','{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np406vg9pqrs50fzakrj2s","kty":"RSA","n":"sEDNlYi3cu-hT_tmCNwnvuDHs42nTWXaRsQBV0boVynpjqf8nBTmTbyB03LJruspJjSRiCt4y-rQ7-3R__7WbwDNO4bEF0HXsGHdVH7G6kuLfoHHknK_Cqq37X7PI6YoD3h1316sGWYX8jEBR-w_T2Xc2S5rrN4U5BdoXUXOtBcYNbdCWJsv_hjDLXUUOqgkN3HUcAvdsOmmWoEBhz7fwEe_6vMqnUy-f0t43rggOsonoZ89yHn_5cTWtNewCZHcMzOJB6_MOibOXlaordeFI2T_8VkDs4mDk_UL68xMz5RrqCutfD5nTBMXlttBsoGrHDkFHf95D13MJ-e0wnsO6w","use":"enc"}',X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068872810d22e6b2e5c60659d26874013037332a49eac01c989d658be0bab2ea988bb43a5c064cb6f4e585e83c72f75eb1c000cbdc6693d8746ec640b4410e780fd0f6783126ecdc8',X'4204caa0fc62c5ba62f2e5ec81900225191990bda14ea81edddde7c29c08a37f',X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068745319d3eaeb007eb069eb1c7365ed4b2c3a925cc846fab23f21408bb3506be9bdacf089981a0503e815c6ccd9a72e3148adc80cb5616bfe053f2f4d0914129f79ae9f568bc5afcc63129be62f4f647062c1843d91e62a0161401b95939326e3a1c1c3b81fafede0f8a019730891d16ab748e181f42eede333cb2ac88ae0255d4402e37b5ef6ee8220377a844961eee138da3f5a882d6ee9adfe3db7286f0444dcac763a2b41424965d98ae7eb61ae431170554933e567eb86e055337ce7b719ce58a88f23b39260a37d2e557037c69f8629156b5a395ba055b57b7c285856cc26285e225f350b8c3456d4c53063fe1068943798aee992b794fdb50fded3fd3fde952e88c5e59b6a8dd18e7078bd603c764a20b848740a9a7d072933f01d440ce7ae1c739b20f2f33f59b94ab703c5e2108c5cd96884e4a786016cf6d912fc0b905222266da35742f84a5032c2bbd2b30942f586578a46676f112341ec342dc8a3da0b904a845d2ddf1fc21a220d78536e3a811f821323d13d19d271fd8b4b1bea524151ec3506aef7bf9b1a9b8e43bcbdca52bbea3aeaeb7b19d5a7f7ffced737a31b1aaad34d2e316f1dc852cd49006268e92af6d33c070419889f080c41d93cb5dcaa2f4cb0a31a029b98bb8240349cca3b3dd93741deed967b7fa5629fab186d1225c0a285f9feb2d41d4739c2daf82bcf49430a6d52b01eec0145150962bed0b73b5732dcdcf5e1e452b00e7341dd6ff660bd6d81b66b56e28127fc9f797685af0050c0a57615b3c507d5f94627736745b41e31ec2c7ce6afa264afd075f938f05da156e80268b11a1bccf53de6970ffc9d8b483815f1d58b4df6d02ae1382c3f0b199e7ee092179c52c498e35b64cac71fb1708d06362440b565805fa6621febb821a96a2dc04e6f85ce11a7c5bf0de74ddcf1f9811a10bdeceebc745e26541bd2',X'4f442e6b460c682f2b77858ec5e7595eec2e9ec7c82aa02bb3a84178d9e1d730',NULL,NULL);
INSERT INTO token_keys VALUES('key_01m8np4274m2twabnmedy4tmcr','tok_01m8np4274mshga5c503236pwy',1,NULL,NULL,X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068ae034605ea47921e71dd163fa287df51c028be331b189f77c619c11791a20fe1888a96df6e0bb39fb13bef42700e923ae485553e97ea4733f30a543b8aae117f8273c570f376ae601cfa892ec840d85e6c',X'c5007e4af8865568b57b55a6e16b64a7579f32ba172e254112d12c8dce99d556',NULL,NULL,NULL,NULL);
INSERT INTO token_keys VALUES('key_01m8np427bc4nbt1g2y9tzyt09','tok_01m8np427bewgdqwx5p3gf43ds',1,X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068eaa45dd6c103314a6a12538879e369d7e4e4ba0751af0896c9e9309c919ffe2dd29d062036e0cc503320c11801fcdde93d8c5375c7212cfb63778f9179ad2151af2aa02db31a9f5c53540a440f8b6bb9b95fde27fd4b5a8117770cee8291226e8cf296dd1d95d6b5a887312be89c870aed45b6066294834dbff258bfa87c3ba63367e2b1b968170fb510a2bf3941ba76971a9e0563a24cd93e5e2f5f4cf51658364e5ef8ab46f6cec799675b4f835cd6a5e4a8e73248dec0a6aa0b87a620024368f1ac6f666ff8dd501c31b671b1d0e899b056ca2a333557336e05bddc63bbc36354d040f67edf7b658912dea6dde4d1c2ac01a9dcb59139be8a62a7249a19650b7cc6aa5c3046c221137032a4d6b73254545f7085327d0f512643b1167a57ebb2bb5556e1457a15b8e111067550d972c47f22f1d21aeb48255c82ed4a230e5e742cd605ce65ec18231926e6b63bf01ed2e180bbe7be757c24d2ffd61f0d0875222eb395a26b2d9794df7ae5d856b792082655b95bdc1a492f87325a5ef31643f226155b4456fa1058acca6180139e81af2fd51ad98ddd9c009bf314bb351736506351855d42eb7fdbef9f9c49187fb571e59d39dcd9e8dfea8052ee44012067e22c9b5a99093d1ffcc8fbe29e114be5f31938eb53d3c9728ae19169c3c44f9a5db51c437bda1a0ee81297f9ff4fc9f5b021c4be6c3ce2f113c9b9bfc5dbd20b3c1fff3d6782d55781dddc3480bff68a645ee5362731ee883a7d1349f97aa468124f22defbec30e574fe2f585344a6fa3b6bca7f3af134dfc91f10801ed7ef3b7ad7e0b56982e5e9901771de5f7dc193093a5e6dd8b5ae0c697b5b20d932338788528e2106c889434037dc93aba01d668265abd73c390d7528710000d780bfc98aa51ebe20f53de3d9a9aa641285037ef45f6726c445e4bbcf0419de965b0690b768d34a7a592142e27bf121299595e35330a381585dbcd26af07bfb71f44bd6b928ea38360b25f73419e196e7fd47185f508033c6cd88a6a73fe79ee21e59fedbd68cd845e6c6e44244dfc04f5e6924b35393e5794e10fd61fd8b933dfa26cf93c081e961dddb7a4c202a499d70ccc4374db7a17d3a26e42e18b77719faf2048f1944fbd7a184e8a2189849d8c91b375159faab5950dfc71de3115ac9e661279427af946c22ac539e07078647715df756c14687440f25c5481c2d85343f8a7770215b7b2db3b47ed64f3e9b8140415499c351eaf6bd3684901b84127d44162c5f3bae01eede1c22e3afa1f3696c0fa411eba6ecc0ecdba49333e28293e7ee39f38af35a9692a44964eb2c03e982e8b41297e7301c41a937aae5d2f9484490240bcbd020f550ade2c9f1d453a7cdc040b423070decc09f72c314a46be6a4f349dfca858bd467c505e3d1ef4c567c1b2a5a18bb1bce2d698956911be4d3f0488989b74359e7a3f0fa1a46fb7a59e2ac7efc38da6320bf7ed78a07ba6d8a934cffc63a258145d6d863b41024954436dc103f1442789dc127d360e2608b3c2c27176b1f855f0341d60214c3535a0662dc08aa52aad9028c23caebfeacfc2dc8901e56f466e5fb3bd734a03b1304f392c567512277724c8aef7bf78b68190c4c0e86249b2038f7fa83e3844d239ef60f0bd99cb05670eb03e7e1d5fe4d1630153b46c0056e20be16d6af4009c0fa7112fcc2597bd15e4939e955d880e2c318969e77c41bcf9504cee71e8f4f845021f9a7b1ec45f7289040108a6594373f7b48a6','{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np427bc4nbt1g2y9tzyt09","kty":"RSA","n":"tRz3Igz5djF5qGe4_4HsmCNLnKZ8cpQk30gPNdMdy54vDAmr5kVyWJ2x53xyLt9fBtsqAHYOIw61dJ3Unm2auZhGkgpVYS-MmGKZzDxi655CBxoMck_A6dEIOe5bY4db1Gx00-SX9BSgmAX49xd6-bE7L14Gcku-fU8zXxvdmy_byI6MPOZZOcJSDpBNtKUroD3ZgezF6AlcpDxZHo7YjnI53zcMyNw78rKsyzo0kblMHGq01ia4soXtx8rtEEvniw9PISb4SWxXhTDuhdErh0gRALabsKiI7DrORv1Bj4nBcdTCiK19vgZ4mO63g1uvI3eFBIFLgRbVOkcIQWKTPQ","use":"enc"}',X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068d4c46a53ad67c3ed79edbf65b52b5b1456b02c5ccabb0e3a7f59a0d19f9c55fdb30617f4e5d871ecfa22b3f6a82e21afea39cb321cb1fcb42251c80a38863e6a747a243bae025f',X'c5b6c05cb1c02d6d7b29cbad8d5e02c4004ade763f75efbc40212cbfc77304e1',X'016b65795f30316d386e70337a7038367079346a71616b316539637368306893b69276b1dc8da2082dbc5cfbfda95e62aa1340a8e55fe812f500fc4bc5ef59f1bbc30a5c3c79e001863969603de4bb4bc2b78438c5f70d7b0960c083e3a302b7e4208a427d836c7dedcc555b2a41d45a8231b6e62581794a4b14592f02526cacc3d86293b3c734f7199f78e5ee9bf0e8a062e6549f5ea253b234cbc687032e5b6e5715616452b01f803c3a45219149f14094f59091ccee7b68d5731a04a9852a17fbbac59def15f0497c27735533122fd9d3c83c38a72c5249c1971d0b16a3725b9a68f7cc067824f023349bc1a9abc617a01bbbf96a42566756d00d5e4c7cc743362d51add1074b611e80578c6e2adf4869166548a153ef1cac0f51d751c1ade8c0eb355220ee8b227cf75e965353f2afb41705c35eb751aa59fa7498dc70f0b9eb097c515b901bd5602e2263dd7830dd700287d3fb4a69d7ed240d48144fe28eae90aded960391c6ba10bf64fa606b68a23e25679dc89b4d317d91cb9d27a64998e8c8ab64de7632d925176ae8803f835a0623e1a712db3bc90484e3b0bd5495ea416d716d154e6a200f09afe2bfd482632bd1624d5549b9eabb5de8372bd303b1c3f052a37dd1d575e9a9c67a2e889d8ff3f2f9206d9bd5acda41fd7dc0d70e2cfcb793db00f2c74757fd1cea445aed762902ad93acf12d5b616b4a25f06f5703a160c713f0d0e7a7da9d6038afa9a2d5c0302ae6f66885a132053548cd01977203faeef22bece15691605947b2554973f3e6c638a8e58fc0861c0c6f97c485906a98db0171019cd49c9cf43dd0fcc3f3d423912010e24bbe4138e087763808fd24ba81475c619ed78fe07045a286c8664b738aad3faa421fbf9e3560fe76c184c067ad1ac4716fa8a46417cb134a603728055a9a7ca529a069062b4b47f33212d738416f3379be28c4e10a120fa21b9a55ac48551c91f20fcda2ebba7793e7acb0',X'd6857b2c9777dad166c5838f7f92300510f5a6980f4323ba1f340965a2febd92',NULL,NULL);
INSERT INTO token_keys VALUES('key_01m8np427mezjczx1yv2ce3hee','tok_01m8np427m8n88bfjzcnb5anfz',1,X'016b65795f30316d386e70337a7038367079346a71616b316539637368306845049daa8f7f23adda68ff705fac7c507cddaf46d38f1f1746b2c974b2b111151792a89227a1876cf9e88b4c044076b572a2ab4aae016db7988d65a2d6683b9d77ed438f602d2b6131b87097dfb8bfa8becc76c95800c4cc4c0b649153fee49e0d6878b4be12c437a92f49b2689e1089399737548b711706c2295e73dc15ce1c6ce88862c8a19c29f4d0ba8e59b438561e06a6d09d6bdcb88e933869078096db4e9d08913a0a4e5182869fb69fac8e23e50f0a8519411911014d73f68fc242780e684fcc2b09f5cf1a45c27c3470869422151419895ac815ba4a1ad1effd303d08c2732352847421fca451b858fbcd9d961851e2093460648190dc43db6cfe2418081122b37e7c7f4728459031c6bb35c6a034cf146eb5238bc490391593c0e6deb223d18ab00c8db26896a3f01b75ac0f7e964de11e151782272bf54c8435476f784b2711e10a2f814697db217767c06e8124ee67d87fb15e689b821e2a6ea4d04baef8c1e3f6e4d545909aa4cea8212351ac72cb2553d02705f566fa592014c7b012f571fdad4a02ff87c0f167762ea9d2ae87a560bcb6cee4756cfff57cd18bb21831f58e8eb02449dbfb706028a8521e33fc1e6a7d648e61c2d3465b7be41e25b657f7d215414728ff39a889ebac36f499f354cb27d45e22d52a8a3cc38eec8fd219a0ea5a86713fbf2f7a38e799d03c728411d568d51aa3cec21310b5863bb9b112bc879c5bf220f61c278961ea3e34d3ce6f0d1baf1445e68abbf4d450085a4f05c8073d1658a5036957723c6243bc90d0609591504c14ce4b32d4b43a13a7a3183b41fda43747a6446b34bb3cc4fbf0e36abaa2d8d18b28f9de1b3e33302878f9e85f36932919b2dd92f7c45581803fc4fc978703364e00d0af8d5bf3ddf9ab6cbf8afdabad5866f567e0a3e5eb66aaaadceb8b82eaf1996fb409fa8810a9905ecb0889034a9ffc6fb08a0c34cb58375ade1622846e84c4dcfece1030d970235cfafa3676452fdc920f5a4fccce2c140a278f1fbebaecc457ae579f222a981c27fa2257d56cbe186765cfb82d6d17394fdbf078cd0b5c3d97a9d0ec2650559a81250f3aa9b2a93765e71d7b340fd891c56d8414161d0ed54a73e8a3bbe98c489e79c97c4348f2156bf74a3b315e84000ba851b89a53301f49bc2e03a1e1f68915e2190c77ee66707978bfcc257c1736115d6e1dae2633c819a8472cdfc17f94822681d1b3b491f8d0510105c0918518f6f4d997785d65ad346fd37f48825a7d21147a1084645be79fb33691aebfd0a7f04f55c5f0f0ff935ce7f9664b4caa1e152ddb6dd7676d33b5ff0458329295684be6de79a99f632333153c943074fe842f736bb7624b112fe5178dac12d8be58be7a5a392c5014dcead6ca9ef5a36e9e4c3827b8c21e6603687c89d5c88bbe9687131b2750580fe31b485b58eabe6b55ca81a62d5322099d3691a80dc9ff5bcf1298f78cd6f09f6bd4dc72d48bfbda0748b2afe7ff6e236715748740f8422f1b4afeec2b4feb181f2dc0d5c2c638507e1a25d724bd95c082fa4b9a82c061cbace60212f0269b098fe9d428233112fc21db1dbc7bece69daf3ad83973dddf7cfe47a024374497e78d22cc79e28a25b7afae01f1b7b5cd3035ca613d03490aca09a9b96d629e75eba8a132a934b5a5fd9e4806823c4834644ae2b048289dfa5a5bd66c5a40a624d526ab2e0896ce64682ae42f4c98d52a4be2b31e1c98c1ec4e0101951d577768a62e20','{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np427mezjczx1yv2ce3hee","kty":"RSA","n":"nGE156BV3LGJlCeOs14Ohn4A6AMs2FnE5d2HanIZnZqYJDNsXLPKtfgn_Df90E2GpSrWZrP_zsW2KHXNBPURa2om3dudN8IW8s0mgWI3AotsydhrB_LWkn-JrYraerEkAzexW6kvwHeVHSDZEVFYCWNU3fe-WzGQE1ZE3mJRCODcpM-ZZNHQBg8CoqvR1EpxktLWcCTn_HY1LaPnqtEuHrWrRo2L2u593PKwo_Z73M5JeJ8vTznig_gdjhyacZ6sgYtkDnorE9wBXw-Tf-77IkF2Eegw7IBtkxLhJD6LfT7Z79BCDIyXqlX9p52zP84vCrUhVrhBWS1p0j098nwJIQ","use":"enc"}',X'016b65795f30316d386e70337a7038367079346a71616b316539637368306835131e7982f68986df251411cbb1942770e96197733b9ef883f66ea10e485a8da58828428e45074d6754680674ca58be884492e14955155f5ac6458d999c6d40a9546e94a4dafd',X'8eeca926f389f28c44d78da47a50b4655eb432c50beae66a974fe65d750a0315',X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068c088370545e81bf70ffec9abac6b264df5d9e1cc0bc4e0ee74797195f56bbd01ccf78450d9728abfb5f08207c3911fe12eae6feece35b1c6ffe35f225d12f4ca3d9afcf726ed7e63f1727cb1220407a9419709132a8831f08bd8b55352c20552acb08e3cdaa495fb87c9116cc5bfb889b45d20a556f93c44705cd6ed9492abf6604bbec8589ceb2a202cc83425a512814d293f3e597b3d59e3888bbb9c7f0a61de7e4f41dc574c25e0c627e9f3e0fd390d00205b720b767c0433af10f209e907f93fe1fa768edf3d030f2ee8436455f9d218006e32bd134b15780f90b4fd2b77d1749d51e920770147666b1b624e9274b87024d4bef227d92ec5b6b959c50764693cf21fa174493547a9bfdc584a25e5ce3ee284f49a5dfba044209e1fd51ae910787039b1e5bbb2d7e87ac8dc5d381591d1778530a1f69d54e7e69957ca57d95e5ba08de79f568fea32bd9cfe3db89fc372b9bdfeaaf62cf7385ad0881e6f77fae311b1c4f71625494c916d10a6dd39c01915e4e61a4568b3def3f7e4d4c4fe75e537412733f1af1af106f77f02e2df5ec1f02e98a01a98bfae5b0825f364362b4cff098f88746d0b15900b11ceeba1ceba94fd716c67315ae06303f4db81abfadf4c564b747db8e27eb46dd6a461e5b96640b6f8d4f16827db66bbd838043c3e18f2ebc667a1c62db63075dde9088ff3ce3345288298a5ca43fc0a33ad5f4e550fb23c17f066365e7e8436dbf97ee321d5e233e2e2dca86ad390b5519deb81bf87551371b3a31a44c71e8a879eb822e0e6090f918c3532759e2cb463e23c41b510a8651b82740f893e5fcaefb7077d492b0802917699b08a59146488bdecea3925fb39aae605eeac73144f4ada82fac00ee265806ac8f53c0d371d23e8640aca60d04160c2dbfd15b79dada411118017178d001f90fe1355af880c2c7060305ab1a587',X'8e968d6b561643d446a64a3044c4cd906b548e705b97272099cc15887ec1a1ab',NULL,NULL);
INSERT INTO token_keys VALUES('key_01m8np42dhn740dh2f3vncn23h','tok_01m8np42dh7j7yaj9cz7gh1x1d',1,X'016b65795f30316d386e70337a7038367079346a71616b31653963736830689c3f4e3127e9939de5a22131cfd0f4348328513de21a7870bc1015ae9125c1382fe0ed1c92d45dc71b359ccc97edc7386d172227e21bfe134831b384b05546c0ddf692a8ba2ec2a25bb86a4c06e1d5e1e7d3244dacf66ae64e550045c44adb6aaa76c16ac45588b1167b6790575474f8527b7c99c5cf8215cb30c0025f56a6e07643b89f231de41696ab4b979ca300c655fb6b4c3d422e787bcebc0eb39d9b317310619e465230fceb7a54fa4f7b708746b407e78aa4eac47e9d9b85b6d604cf9041b963ef06958840cd058e83dbf6437c05226d7d18646ea98a4581789db9ff24c8f6ea3954e0a91eee62b39996708c1749762056714b628c2719b2141de83b1a9d9acea043939bb31025de8d403fb439080b8f52710fc3ddb883f92615d08b9634b6600b08c10756a8f3759a213d9bb921fc45f89c48a7d0954070aca3ab2c343f4e6ddea8767861fe74e0134ec144a79b56f0aaa2c71ced7f9b8b4a6c2933646bef4bfdf9ea4097d4ada74ba7ea0fc97729d127ef3d8309ff2ac483e12ec1360c69cae22f4d76f72937129d20a50f5971cb1aa0bc3f2bd112d14ff00fa87a737245271cc62d7e22014710f7d216a01c3a2a4f334b7cdbd0e0431cc3bf15e0428b7d3f498b66604822d62f7e5608cee0fbaac8438eb8d64c184a27c72132086a3f2fc8bc365b056d359030cb4b2992248e0d339c472f9d2a899233370f7730b4038fd57b27c90fdbacac0ab191faca43c9efa28430d844f5a32b8e429c15d4f70f64b5291aac1bd1d2990b04df82f641ce5297a74996bbe8e38dc7fc2afb960220a6fdc00701b1973c5e2e62c4b08c2e51c1f5d0f5a99628cb14c2a166425c52ad7f3fac138ac1d8964ea153a6ca5e1bdb57c7221fc6f6c6c957138aed629d76b3e90c4ce2ec51f6d75111853d4e8d5ad5525fec0eb025b9e6debdc7ce0831b8d7a0099c2c65a0ee989af1090a212ced0f015c835e0fced25a854aaac782af1446db69dc153ee0b768a15541b59d854297ded0eff2c3c22795f14a9cdc4751a82267398bda1fd969f70969ed23b81d3e20a8852329e301102ff6ba62d430a6aa7752f7f22ec8f9d463b9a0ffc795a124efc10015ce9bd86d21501ca611abab0e9279165aa95be37c46c1be5d93ff7f4df87539b02a3b6794b089d94b77c09947ec717d90ea0eba2bb32e86ef171d7f851f39c63d591a19c47484b01c2075e2c5e4b9059c1f3a8a06e471e3e248ed1dacae1f14cc0caa9b726a7edb96a51cfdd3bf3801f62338a0400e01f827e652326c59f74370d04560ed3fb3d58dead3b7bbb6933d35ddccca069d8597a664a76f5c2d1b39aecf048409155373957386d8711685dc12b124a6e71d987a17f5b7d8ea6c1812debfd726b99242fb30e70f69240661d4616a8f1c630c196f0c26e202d6ba1981c7add0ace6ff075a38e6cdb5043ba6675b69eadbb9ca0e7fefe2af76ea9bc48921ba068245d3b88202bc3525f0a90766e210d6a6188216d3d52d05cd85237e3b1ecfc74166bf0d9542fa4c4a0aaa12de58eef8219aa0c1c42a9267aa9b0725157d00f58e47236322f5652413791ecc96472e7738833e7b470649b62490765ed40e33710f9c411794e5480d239688b29dadd1bc3f6745b2afd044289659eb3b834c865793af0a820662f66079cd1bd50191b8d6bcc8aaaf34f1ad5023eddb155c7528c938c38fbb1378f4cb5012edee521ec440e598f1e1a6be673cffb4a303517ca43f8dd19d8023','{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np42dhn740dh2f3vncn23h","kty":"RSA","n":"o7Q7RqAXtxW_P2A-68UTskUmI7fKe5VomSKHeEWP-EIx-1p5dfLE25DNYC9nL2c8BnckSl0hvbvE-pGmR2QwtRdzGdXYtzYcgqsRhUuwjWR59OTxZMCkVNiwm0mc8OHCFVQjSYekGf-N9oxlSTsuo2ROMwU1MUGKmNz95Ws0Z1Vau50JjUd9Z7S1mOc1N1dRwC8irLfYladdPJ2aTb_5MKaktATKz8bbxnR7EWIioYzaVMTVjfG8i1DR0xoG4adv-gzGgPlUq0PZA7WWQQi-KRpq0FwX3Kbu3beAINWMUAJF7IjkumlJVMFBVNEV4Kv18kr9to2GE5wATEtoaEtzLw","use":"enc"}',X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068bf738edc1d4917068a90aaa0b64085024f6426abaac8896e596db72f0c392d871c897f2018b025905d4fb454a8ffb662d54086929f24d073973ca72e3fc5bee09ca76db46b5b41',X'211ef51d9a5872e0414f61c54df6adc571d05c9349d20d0f8f3536795eca1028',X'016b65795f30316d386e70337a7038367079346a71616b316539637368306891ec4c1bf292fe27367df88fcd565f48c469fa45ed4efedae99fc3a830c298ee531a873362cc7228d3517984f3e1c27c95e38ae62f30f2098463579639eeb5cd78b49261b2e87f7819b4b673b42360f23cf2108c67a983aed07c1991b1839811851cc81d8e4bd710c78490e3a10e700fe844aba9a2d1c6a32a331d4f0e91eb36377307de2868f91d74cbcc37e13c54e9b1ced86fa6e8a56bd0ba25b6cd8eae6f2187fb84c710a0718c86ce1e3fe008df885a4be2e09a4045fb05155087b5c6f8be541b16a68487b8a5ff9c45e95660980e47af7c462ddededb437b38d4c147d2ec9b5488d4dad636f40a0e5e939b6ef710b2db1cadfd08b1e018c1c7e0716b8647517cbcb4c0bb5469325c13ce6c60b318f621e90a8fe2c621a8b6655af1fdabda317e9fb996d4e43e6c534efdd998740dc620dccc269333f5218dbdcbff09c4691a4ded653b32a1c68cbd8e041e57787f25dfa080557991ce5b5b70b3b86d374b54257ac583e35c1747d16cd55424c0b7ce6ce7e273538144959fd8a81aec4954a83f815360a0684baa20ec5df346a1caf4c508232ebd04b78dd391c8fdcd740eab9fc79e870ced5645b3dd01a3add9c1e22ff59f3abf374eba8c180683877cda57deb766c0b5bdcdc56c8ded4ab9a65124e4e74ff8f750d3ed31e472d44120f1ca460cc6e5ec490d6bfc0bf32c41fd82856780a9da55a76aa84c0ea917874c9526cb73ad54053e29aeadcfe5ced5077b239ee4aa8752ba1af3bf18d99cd9d292aa5b0bd45e21701fe03684e33f2e21bf5d9ff87177edbb719cfa4e501937444d0e8ba58845243e282b2815134485ac9b1c96523dfe55f6de9e7fe5ab641f250e0f01c7768fd66019380d288ed1dbd3f501abf4e0f38fe58919ef74a01844a02e5f4813895acf900e990807704517993dda8ebf8ec9917786f44f3a1597f8ffe993c1b0',X'7ebd35ea4247b9a1c2306c3037d2687bba8caef4c0a4aa1158e7fcc1886e0ec7',NULL,NULL);
INSERT INTO token_keys VALUES('key_01m8np42e1xeq1cpm5nxdz7b9k','tok_01m8np42e1mnzkabcb4zj1hs5p',1,X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068e00f4ab338fcac891299990fa0aa83329bbb9d8cc2b3af433a8c924d041cfd0dc60c1b2c07f230b310331f303c1e5d8c0c7eb032a86cf7772230ca14cf47d1a302883b2d7b0209e35a767db3efb197ce0b5767fc206bac65dea730540952bbfca8bacd581e552f6907d095c0f63fd30e4883a2ada5b94dcfd66f037841db5a6b8605e45af371e6dadabe59c2c12bc11c17a91f8c51aa1dc55f6fc91384dba0e29e7579fc60fe39746e9a218543fc7536986af9dda06c4a045787264c9dc3425eb187ebf8fc300878b2fe27c746e47a275dc4c363bebe1ea3de3f39d8c5176911eca71d5871ecc8a4a3decd56ed79b25dc75d44acf07347b7a81bdac8edc6499143bad043603e76fcf72f645f87da485b2a1df8d822ff1452a6cff03dfb1845a5a749a55d17b29d05b1208bbaec8a90d9129217511da56a0c12a11ff1d0e1ac37702917384323aa780fb3c2592cfb1202a8bf0640c672556e0a732fad874d4e118409ed249162660d6b5f2f05a40e30c7b2b735c3e3b9b75055a68ce60040a4b404a4179481ec23fed8c675f58e8839ece3210f58e204e156faee6d3c5528bc206ed8c7f5a53533f3d21efeecdda58f7058f194dc2e624c0f25f461f0bffa4b2783d7b7e84e843394077838aa3e80112a84383fa6ec957fc537199ed78f3f9aba5a11cee16be5f5ba917643bf28c505f23f487ce0c04171f09b24b6e63424f9f08b6f6ae5568b569cf992dbbcaf385974e770b7a6b08191ad7979dd4f3d44a2d55c7bfa561e713582c8498c26251bcd5a2b3d2758044224563bdde75804ea9676890a7f33d75a49e15d54bc0a3b37699af89638919519df3bb3827ea086dedc4d1b716b9f176fbb04415c1df283847fbb1ed51f2367224219cd653f4b6bc6ee287dc909e8ee15d79c02413d718304db7ff832962955319e3fc49c6bbf7adc9e025681e4391008006debaac416edd5f659a9aad44938d26a80724859036622830acf1612e611b1785d974aa4707744be153da18abc690c5ef85ba516ac7796a5e3c3e0aa505bf5a0d93419869784826c83addd2b7be6ef2721eea1dd3b4ad99c6c4764d4139c679de315d5f1c1754ecf2f22b4c38ad7c59daae3619e0523d0f2cc4d06818f700da80e078e7b5922ac49eae74e2627af4549c3d53cee081b83e4b217e857fd0c722a817d2111501b9539390a52bc79433fbeb463ddfa986f922b5cbc4c357374f4bc6d3cdec4a716d45d4cecbb17f288a8fb4e463d58f0e7a73c0b1d9ed122dcbea6722cacb1c6de86b1b08b0f887a07bd57c9fa9d7dd3f07490bbbef09dd0606792a0359301a657b226c1844fb1252598595c3bf1c5cae9b3229d26ece0e2f00f0f99af2cff2b85bf068635766e12b45cf8a66c1dfc74e06feeb48f8120ad50446b0022e679d43601927964d779a372fd192686792b989bedaaa69376d6e2a6de58821b325187cfa6bb8d6a18aae4ae163786009288203263073e37dcc7ffe6ed26215583c2dc9296c23ec313ecb895399f342641750bb4a756c5693356d7d6bfe0147525f771c96af1f1d9976bf40d23c17bf9debed03e7ec38086fd5b4e6cdb99209b1deb81e416643d21f00a6a59a08abc043bebcd8144da787dad75f9d468a74e5f0f4acb0966d9d5576c8678841cdf5abd509314f4c7d78c81c235fb4bb8dfff61c26c2ba02effd75295c55139d56363a5f0c04c862999b16263657379e822b1195bf3217f402e4404109396756dc49d4a507bb8c1','{"alg":"RSA-OAEP-256","e":"AQAB","kid":"key_01m8np42e1xeq1cpm5nxdz7b9k","kty":"RSA","n":"ytBRhQwJlt7c3ag3wibqu0XDZjluXRzZHMC2E6F5-jy28HcTYoWR6VgBRdsv0PLTobfZHIMx5mUmfkwJ4PIyShXmLMf6APczQogq0BX8EL4LlirmVYTbOkfJNCpti9WVlV_n0wgJmCoDS7CVV-fkSlkznUrP1v7Cv_-dbczMxGfsJtplewahlD0FcO2KAw3BNp5egT3henjoiEFVqDokwtM53Ljcr73HvdKPIC_GFopyY3eDznRrQ3NYRSbv8f13i0XRn9-HE_fiFjErqKisw3rl5TL_vALgw8_Z-wkuiAVFjGFvb5FbbT3w0e7QObjg6c11YYpfUoz_ve1xjdH64w","use":"enc"}',X'016b65795f30316d386e70337a7038367079346a71616b3165396373683068f4fe5f0328b87872e7505f4d69e61c95d1d96c869e6f169cd722552d98486630ae453f94bad35d3a23969c536d754de504a40136f4cf729f8fb7da0a226dcb650e5d8b3475f1ba',X'c39f81e6551575aa7c79ddc13d7f7355b688935c549a24e57e11d709396e19b5',X'016b65795f30316d386e70337a7038367079346a71616b316539637368306803e84352984c3a91a8abe0825bdb5abdd8abaace18a32c494b2aaacb63a76716539c778a4a6d269c360f9ba50be8376eb43d7e6e3739a433be782a419e30ea0f4b1d45c0cfcea9971a37f8dead21eb5f1e438fd7659596e56e0afa60abe5349899f9234baed4fd3392d4bc0a2ca666dbcd9519bbb28d6c491e9544b7810e1420f1a3d786483a757db36ccb102d03b0da122bbf404ef2bbcfbc3355144612429ab349c0009503ff94606138a0fdd4fd59fc77a523ca8fa2646a4fef3d6bf90f995352963e7cf85761a1dbec85ab5c84e70851ecb69ae767c67824864c12f581587dc3feff663e9d5b3a8a93df7f89a9588cc2b5193c84ef74f92afb0f9f69ca60dac0c335c859c1ea0e434a5a1643fa8f05337f6428d6d7ee61af0ff9bc71cad52ba8e0787859bd63bf55254460c2272b9498247ab69452bb0711766cbfa2ee11a3efeb7722c18c0b411e08e1fe1b75b723b3470effdd2968a0416e5ebd1577bd38dd8a7384b39ebd546d950ce9c92bdf29e03d61647b0e8869601aef80bb9f346dc4546f01871d1cde0339e6dc560689e99102cf918bb62366468df3cb369f6cedeea9c364f9b47a1a26a3758df9c00348351ec2615b78732e63188f8aa7c37c721f80a4d1e652177dcbb6d715bf3229d4dca9b1908a9cd37126f03d920e61e22ae89a72cf83d05af92ea91aa87ef034f9d29e9f01d7f22067c15a5dac558c793c4ba901e919cb39fadfe96e6937d6090b43751168e769d29d6a14df478256d7949230f69013a1fea3e4fcdd06653b6df4024cd2386474ed8177ac1ebd2085f04e2622c7e806e4ddb2a88cf6053b7e4275fd8768a9d0e49885c243875a08cdfb6e4cef1e0b10633de16ad9d94483c92242f848974eb690c812ed840893f380c5b849b61e14a5f52e9edf4863a095374cd08bad34c7e7c0a7587e22ad290a0ca2579aa418',X'3446e48837ae89c0cc03f51a3f09c22dd48b0e677afd7f48191bfd64206549e8',NULL,NULL);
INSERT INTO token_keys VALUES('key_01m8np42jbfxsh1j02ff021p66','tok_01m8np42jbhc6ntb9nyc19fx5t',1,NULL,NULL,X'016b65795f30316d386e70337a7038367079346a71616b31653963736830681f076b8faec188b04030b213a441aa85791706d0ace0617529d44cc6411fa54f3b1f13c46cea0c56b2a28fb74fb63761914928f6fb3b7d682dcccc3e0128bd9f41f20301bb32c5c4430e35a19c96087ac6',X'698d0178e905da88af950b2b8c6ff861cc4e02c2794d11669748dc8d703e2d86',NULL,NULL,NULL,NULL);
CREATE TABLE revocations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    system_id TEXT NOT NULL REFERENCES systems (id) ON DELETE CASCADE,
    claim TEXT NOT NULL,
    value TEXT NOT NULL,
    issued_before BIGINT NOT NULL,
    effective_from BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
INSERT INTO revocations VALUES(1,'sys_01m8np3zxfwngje2vv8w05phvp','aud','https://yard.example',1796024173,1796024172,1796024172500,1796027832500);
INSERT INTO revocations VALUES(2,'sys_01m8np3zwebheq0tspddk2pbfq','client_id','tok_01m8np4065neekh9fxpw19azwc',1796024173,1796024173,1796024172810,1796027832810);
INSERT INTO revocations VALUES(3,'sys_01m8np3zwebheq0tspddk2pbfq','client_id','tok_01m8np42e1mnzkabcb4zj1hs5p',1796024176,1796024175,1796024175057,1796027835057);
INSERT INTO revocations VALUES(4,'sys_01m8np3zwebheq0tspddk2pbfq','client_id','tok_01m8np42esz89sm7skakvkhgd6',1796024176,1796024175,1796024175176,1796027835176);
INSERT INTO revocations VALUES(5,'sys_01m8np3zwebheq0tspddk2pbfq','jti','kwYKK_Z_AiegcqRv6-pYKQ',1796024176,1796024175,1796024175248,1796027835248);
CREATE TABLE token_hours (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    hour BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    denied BIGINT NOT NULL,
    PRIMARY KEY (token_id, hour)
);
INSERT INTO token_hours VALUES('tok_01m8np4065neekh9fxpw19azwc',1796022000000,4,1);
INSERT INTO token_hours VALUES('tok_01m8np4274mshga5c503236pwy',1796022000000,1,0);
INSERT INTO token_hours VALUES('tok_01m8np427m8n88bfjzcnb5anfz',1796022000000,1,0);
CREATE TABLE usage_hours (
    hour BIGINT PRIMARY KEY NOT NULL,
    allowed BIGINT NOT NULL,
    denied BIGINT NOT NULL
);
INSERT INTO usage_hours VALUES(1796022000000,6,1);
CREATE TABLE used_requests_forgotten (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    until BIGINT NOT NULL
);
INSERT INTO used_requests_forgotten VALUES(1,1796023572274);
CREATE TABLE name_keys (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    rule BIGINT NOT NULL
);
INSERT INTO name_keys VALUES(1,4);
CREATE TABLE token_uses (
    token_id TEXT PRIMARY KEY NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    last_used_at BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO token_uses VALUES('tok_01m8np4065neekh9fxpw19azwc',1796024175244);
INSERT INTO token_uses VALUES('tok_01m8np4274mshga5c503236pwy',1796024175248);
INSERT INTO token_uses VALUES('tok_01m8np427m8n88bfjzcnb5anfz',1796024175021);
CREATE TABLE imports (
    id TEXT PRIMARY KEY NOT NULL,
    -- One at a time for each system.
    system_id TEXT NOT NULL UNIQUE REFERENCES systems (id) ON DELETE CASCADE,
    -- When it last went on. One that stands still is given up.
    renewed_at BIGINT NOT NULL,
    published INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE rate_limits (
    token_id TEXT PRIMARY KEY,
    requests BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    burst BIGINT NOT NULL
);
INSERT INTO rate_limits VALUES('tok_01m8np4065neekh9fxpw19azwc',10000,60,10000);
CREATE TABLE token_ancestors (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    ancestor TEXT NOT NULL,
    PRIMARY KEY (token_id, ancestor)
);
INSERT INTO token_ancestors VALUES('tok_01m8np42dh7j7yaj9cz7gh1x1d','tok_01m8np427m8n88bfjzcnb5anfz');
CREATE TABLE nodes (
    -- Each start of a process has a new id.
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    -- The numbers of the first and the last migration that its program works with.
    lowest_schema BIGINT NOT NULL,
    highest_schema BIGINT NOT NULL,
    -- The ids of the keys that it holds, separated by spaces.
    signing_keys TEXT NOT NULL,
    data_keys TEXT NOT NULL,
    -- In milliseconds. NULL if no news of other nodes have arrived.
    feed_lag BIGINT,
    clock_offset BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    -- When it last joined the others: at its start, or after it was silent.
    joined_at BIGINT NOT NULL,
    heard_at BIGINT NOT NULL
);
INSERT INTO nodes VALUES('nod_01m8np3zmwe2f45bgndmk6pqp9','vm','0.1.0',28,28,'key_01m8np42n4sa2d3cdgawv559mr key_01m8np3zqbb5ftbym8vn982tt1','key_01m8np3zp86py4jqak1e9csh0h',NULL,0,1796024172288,1796024172288,1796024176307);
CREATE TABLE quotas (
    token_id TEXT PRIMARY KEY,
    requests BIGINT NOT NULL,
    period TEXT NOT NULL,
    time_zone TEXT NOT NULL
);
INSERT INTO quotas VALUES('tok_01m8np4065neekh9fxpw19azwc',1000000,'day','Asia/Shanghai');
CREATE TABLE quota_uses (
    token_id TEXT NOT NULL,
    began BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    PRIMARY KEY (token_id, began, ends)
);
INSERT INTO quota_uses VALUES('tok_01m8np4065neekh9fxpw19azwc',1795968000000,1796054400000,4);
INSERT INTO quota_uses VALUES('tok_01m8np4274mshga5c503236pwy',1795968000000,1796054400000,1);
INSERT INTO quota_uses VALUES('tok_01m8np427m8n88bfjzcnb5anfz',1795968000000,1796054400000,1);
CREATE TABLE limit_rules (
    project_id TEXT PRIMARY KEY,
    rules TEXT NOT NULL
);
INSERT INTO limit_rules VALUES('','{"default":{"rate_limit":null,"quota":null},"ceiling":{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":{"requests":1000000,"period":"day","time_zone":"Asia/Shanghai"}}}');
INSERT INTO limit_rules VALUES('prj_01m8np3zx3yk2g7a1wmtb6sknx','{"default":{"rate_limit":null,"quota":null},"ceiling":{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":{"requests":1000000,"period":"day","time_zone":"Asia/Shanghai"}}}');
CREATE TABLE token_months (
    token_id TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    -- As in `2026-11`.
    month TEXT NOT NULL,
    -- Empty for calls that matched no API.
    api_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (token_id, month, api_id, outcome)
) WITHOUT ROWID;
CREATE TABLE audit_trail (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    complete_since BIGINT NOT NULL
);
INSERT INTO audit_trail VALUES(1,0);
CREATE TABLE api_limits (
    token_id TEXT NOT NULL,
    api_id TEXT NOT NULL REFERENCES api_rows (id) ON DELETE CASCADE,
    limits TEXT NOT NULL,
    PRIMARY KEY (token_id, api_id)
);
INSERT INTO api_limits VALUES('tok_01m8np4065neekh9fxpw19azwc','api_01m8np3zwwc3gg1np6vas56vnn','{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":null}');
CREATE TABLE api_limit_rules (
    project_id TEXT NOT NULL,
    api_id TEXT NOT NULL REFERENCES api_rows (id) ON DELETE CASCADE,
    rules TEXT NOT NULL,
    PRIMARY KEY (project_id, api_id)
);
INSERT INTO api_limit_rules VALUES('','api_01m8np3zwwc3gg1np6vas56vnn','{"default":{"rate_limit":null,"quota":null},"ceiling":{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":null}}');
INSERT INTO api_limit_rules VALUES('prj_01m8np3zx3yk2g7a1wmtb6sknx','api_01m8np3zwwc3gg1np6vas56vnn','{"default":{"rate_limit":null,"quota":null},"ceiling":{"rate_limit":{"requests":10000,"seconds":60,"burst":10000},"quota":null}}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('revocations',5);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX members_by_user ON members (user_id, project_id);
CREATE INDEX project_systems_by_system ON project_systems (system_id);
CREATE INDEX verifier_keys_by_system ON verifier_keys (system_id);
CREATE INDEX tokens_by_parent ON tokens (parent_token);
CREATE INDEX token_apis_by_api ON token_apis (api_id, token_id);
CREATE INDEX token_systems_by_system ON token_systems (system_id, token_id);
CREATE INDEX token_projects_by_project ON token_projects (project_id, token_id);
CREATE INDEX token_users_by_user ON token_users (user_id, token_id);
CREATE INDEX token_bounds_by_project ON token_bounds (project_id, token_id);
CREATE INDEX revoked_jwts_by_token ON revoked_jwts (token_id);
CREATE INDEX revoked_jwts_by_expiry ON revoked_jwts (expires_at);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX audit_events_by_actor ON audit_events (actor_id, id);
CREATE INDEX audit_events_by_target ON audit_events (target_id, id);
CREATE INDEX audit_events_by_action ON audit_events (action, id);
CREATE INDEX revocations_by_system ON revocations (system_id, seq);
CREATE INDEX revocations_by_expiry ON revocations (expires_at);
CREATE INDEX token_hours_by_hour ON token_hours (hour);
CREATE INDEX tokens_disabled ON tokens (kind, seq DESC) WHERE disabled = 1;
CREATE INDEX tokens_ending ON tokens (expires_at, kind, disabled) WHERE disabled = 0 AND expires_at IS NOT NULL;
CREATE INDEX tokens_by_skeleton ON tokens (skeleton);
CREATE INDEX tokens_name_taken ON tokens (seq DESC) WHERE taken_key IS NOT NULL;
CREATE TRIGGER systems_moved AFTER UPDATE OF base_path ON systems WHEN OLD.base_path <> NEW.base_path BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)) WHERE id = NEW.id;
END;
CREATE TRIGGER project_systems_inserted AFTER INSERT ON project_systems BEGIN
    UPDATE systems SET openings_version = hex(randomblob(16)) WHERE id = NEW.system_id;
END;
CREATE TRIGGER project_systems_deleted AFTER DELETE ON project_systems BEGIN
    UPDATE systems SET openings_version = hex(randomblob(16)) WHERE id = OLD.system_id;
END;
CREATE INDEX tokens_by_kind ON tokens (kind);
CREATE INDEX api_rows_by_import ON api_rows (import_id) WHERE import_id IS NOT NULL;
CREATE TRIGGER users_rights_changed AFTER UPDATE OF role, disabled ON users
WHEN OLD.role <> NEW.role OR OLD.disabled <> NEW.disabled BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id = NEW.id;
END;
CREATE TRIGGER members_inserted AFTER INSERT ON members BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id = NEW.user_id;
END;
CREATE TRIGGER members_updated AFTER UPDATE OF role ON members WHEN OLD.role <> NEW.role BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id = NEW.user_id;
END;
CREATE TRIGGER members_deleted AFTER DELETE ON members BEGIN
    UPDATE users SET rights_version = rights_version + 1 WHERE id = OLD.user_id;
END;
CREATE INDEX projects_searched ON projects (key, folded);
CREATE TRIGGER apis_inserted AFTER INSERT ON api_rows WHEN NEW.import_id IS NULL BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)),
        api_count = api_count + (NEW.removed = 0),
        global_api_count = global_api_count + (NEW.scope = 'global')
    WHERE id = NEW.system_id;
END;
CREATE TRIGGER apis_deleted AFTER DELETE ON api_rows
WHEN OLD.import_id IS NULL OR OLD.import_id IN (SELECT id FROM imports WHERE published = 1) BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)),
        api_count = api_count - (OLD.removed = 0),
        global_api_count = global_api_count - (OLD.scope = 'global')
    WHERE id = OLD.system_id;
END;
CREATE TRIGGER imports_published AFTER UPDATE OF published ON imports WHEN NEW.published > OLD.published BEGIN
    UPDATE systems SET
        api_count = api_count + (SELECT COUNT(*) FROM api_rows WHERE import_id = NEW.id AND removed = 0),
        global_api_count = global_api_count
            + (SELECT COUNT(*) FROM api_rows WHERE import_id = NEW.id AND scope = 'global')
    WHERE id = NEW.system_id;
END;
CREATE INDEX token_ancestors_by_ancestor ON token_ancestors (ancestor);
CREATE INDEX quota_uses_by_end ON quota_uses (ends);
CREATE INDEX api_limits_by_api ON api_limits (api_id);
CREATE INDEX api_limit_rules_by_api ON api_limit_rules (api_id);
CREATE INDEX projects_by_key_looks ON projects (key_looks);
CREATE INDEX projects_by_name_looks ON projects (name_looks);
CREATE INDEX systems_by_key_looks ON systems (key_looks);
CREATE INDEX systems_by_name_looks ON systems (name_looks);
CREATE INDEX users_by_username_looks ON users (username_looks);
CREATE INDEX api_rows_by_operation_id_looks ON api_rows (system_id, operation_id_looks);
CREATE INDEX api_rows_by_name_looks ON api_rows (system_id, name_looks);
CREATE INDEX api_rows_without_operation_id_looks ON api_rows (id) WHERE operation_id_looks = '';
CREATE INDEX api_rows_without_name_looks ON api_rows (id) WHERE name_looks = '';
CREATE VIEW apis AS
SELECT id, system_id, key, operation_id, method, path, multi_segment, name, folded, tags, deprecated, scope,
    removed, imported, unmatchable, base_path, operation_id_looks, name_looks
FROM api_rows
WHERE import_id IS NULL OR import_id IN (SELECT id FROM imports WHERE published = 1);
CREATE TRIGGER apis_updated AFTER UPDATE OF key, method, path, base_path, multi_segment, scope, removed ON api_rows
WHEN (NEW.key, NEW.method, NEW.path, NEW.base_path, NEW.multi_segment, NEW.scope, NEW.removed)
    IS NOT (OLD.key, OLD.method, OLD.path, OLD.base_path, OLD.multi_segment, OLD.scope, OLD.removed) BEGIN
    UPDATE systems SET operations_version = hex(randomblob(16)),
        api_count = api_count + (NEW.removed = 0) - (OLD.removed = 0),
        global_api_count = global_api_count + (NEW.scope = 'global') - (OLD.scope = 'global')
    WHERE id = NEW.system_id;
END;
COMMIT;

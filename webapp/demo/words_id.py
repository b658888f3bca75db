"""Indonesian words for the demo data: names, streets, places, and what buyers and sellers write."""

from __future__ import annotations

GIVEN_NAMES = (
    "Siti", "Budi", "Dewi", "Agus", "Putri", "Fajar", "Nur", "Rizky", "Maria", "Hendra", "Dimas", "Intan",
    "Muhammad", "Ketut", "Wayan", "Made", "Ratna", "Andi", "Ahmad", "Yusuf", "Rina", "Tri", "Eko", "Joko",
    "Bambang", "Sri", "Lestari", "Ayu", "Indah", "Wulan", "Rahmat", "Hendri", "Teguh", "Galih", "Bayu", "Arif",
    "Doni", "Yoga", "Reza", "Ilham", "Farhan", "Nabila", "Aisyah", "Zahra", "Anisa", "Fitri", "Mega", "Citra",
    "Kartika", "Laras", "Melati", "Novita", "Oktavia", "Puspita", "Rosa", "Tiara", "Vina", "Winda", "Yuni", "Zaki",
    "Adi", "Bagas", "Cahyo", "Danang", "Endah", "Feri", "Gita", "Hani", "Irfan", "Jihan", "Krisna", "Lukman",
    "Maya", "Naufal", "Olivia", "Prita", "Raka", "Salma", "Taufik", "Umar", "Viona", "Wahyu", "Yanti", "Gede",
    "Komang", "Kadek", "Nyoman", "Luh", "Butet", "Ucok", "Daniel", "Yohana", "Stefan", "Grace", "Marthin", "Selvi",
)  # fmt: skip

SECOND_NAMES = (
    "Nurhaliza", "Santoso", "Lestari", "Setiawan", "Maharani", "Nugroho", "Rahmawati", "Gunawan", "Prasetyo",
    "Permatasari", "Ananda", "Hartono", "Wijaya", "Kusuma", "Saputra", "Hidayat", "Pratama", "Wulandari",
    "Kurniawan", "Susanti", "Handayani", "Suryani", "Wibowo", "Utami", "Anggraini", "Firmansyah", "Ramadhan",
    "Siregar", "Nasution", "Simanjuntak", "Hutapea", "Sitompul", "Lubis", "Harahap", "Wirani", "Suryadi",
    "Mahendra", "Widodo", "Purnomo", "Sulistyo", "Halim", "Tanjung", "Chaniago", "Fauzi", "Hakim", "Syahputra",
    "Maulana", "Iskandar", "Kartika", "Puspitasari", "Safitri", "Novianti", "Andriani", "Yulianti", "Oktaviani",
    "Aprilia", "Fitriani", "Damayanti", "Herlambang", "Adiputra", "Wardhana", "Suwandi", "Tjahjono", "Lim",
    "Tanoto", "Manurung", "Pangaribuan", "Sihombing", "Mokodompit", "Tumbelaka", "Lasut", "Daeng", "Basri", "Rauf",
    "Dewi", "Sari", "Putri", "Ningsih", "Astuti", "Hapsari",
)  # fmt: skip

OLD_GIVEN_NAME = "Zulkarnaen"
"""A name that only buyers of more than a year ago have: searching it today finds nothing for a long way back."""

STREETS = (
    "Melati", "Kenanga", "Mawar", "Anggrek", "Cempaka", "Flamboyan", "Diponegoro", "Ahmad Yani", "Gatot Subroto",
    "Sudirman", "Imam Bonjol", "Pahlawan", "Veteran", "Merdeka", "Gajah Mada", "Hayam Wuruk", "Raya Kemang",
    "Cendrawasih", "Rajawali", "Merpati", "Pemuda", "Kartini", "Teuku Umar", "Hasanuddin", "Sultan Agung",
    "Cut Nyak Dien", "Ki Hajar Dewantara", "Dr. Sutomo", "Wahid Hasyim", "Pangeran Antasari", "Bukit Indah",
    "Taman Sari", "Pandanaran", "Slamet Riyadi", "Sisingamangaraja", "Letjen Suprapto", "Otto Iskandardinata",
    "Raya Bogor", "Danau Toba", "Gunung Agung",
)  # fmt: skip

HOUSES = (
    "No. {n}", "No. {n}", "No. {n}A", "No. {n}, RT 0{r}/RW 0{s}", "No. {n}, RT 0{r}/RW 0{s}", "Gang {r} No. {n}",
    "Blok {b}{r} No. {n}", "No. {n}, lantai {r}", "Perumahan Griya Asri Blok {b} No. {n}",
    "Kost Putri Sakinah, kamar {n}", "No. {n}, sebelah masjid",
)  # fmt: skip

PLACES = (
    ("Kebayoran Baru", "Jakarta Selatan", "DKI Jakarta", "12130"),
    ("Mampang Prapatan", "Jakarta Selatan", "DKI Jakarta", "12730"),
    ("Tebet", "Jakarta Selatan", "DKI Jakarta", "12810"),
    ("Menteng", "Jakarta Pusat", "DKI Jakarta", "10310"),
    ("Kelapa Gading", "Jakarta Utara", "DKI Jakarta", "14240"),
    ("Cengkareng", "Jakarta Barat", "DKI Jakarta", "11730"),
    ("Duren Sawit", "Jakarta Timur", "DKI Jakarta", "13440"),
    ("Beji", "Depok", "Jawa Barat", "16421"),
    ("Bekasi Selatan", "Bekasi", "Jawa Barat", "17148"),
    ("Coblong", "Bandung", "Jawa Barat", "40132"),
    ("Lengkong", "Bandung", "Jawa Barat", "40261"),
    ("Bogor Tengah", "Bogor", "Jawa Barat", "16121"),
    ("Serpong", "Tangerang Selatan", "Banten", "15310"),
    ("Cipondoh", "Tangerang", "Banten", "15148"),
    ("Lowokwaru", "Malang", "Jawa Timur", "65141"),
    ("Gubeng", "Surabaya", "Jawa Timur", "60281"),
    ("Rungkut", "Surabaya", "Jawa Timur", "60293"),
    ("Wonokromo", "Surabaya", "Jawa Timur", "60241"),
    ("Waru", "Sidoarjo", "Jawa Timur", "61256"),
    ("Tembalang", "Semarang", "Jawa Tengah", "50275"),
    ("Banyumanik", "Semarang", "Jawa Tengah", "50263"),
    ("Laweyan", "Surakarta", "Jawa Tengah", "57148"),
    ("Depok", "Sleman", "DI Yogyakarta", "55281"),
    ("Umbulharjo", "Yogyakarta", "DI Yogyakarta", "55161"),
    ("Denpasar Selatan", "Denpasar", "Bali", "80221"),
    ("Kuta Utara", "Badung", "Bali", "80361"),
    ("Ubud", "Gianyar", "Bali", "80571"),
    ("Ampenan", "Mataram", "Nusa Tenggara Barat", "83111"),
    ("Oebobo", "Kupang", "Nusa Tenggara Timur", "85111"),
    ("Rappocini", "Makassar", "Sulawesi Selatan", "90222"),
    ("Panakkukang", "Makassar", "Sulawesi Selatan", "90231"),
    ("Wenang", "Manado", "Sulawesi Utara", "95111"),
    ("Medan Baru", "Medan", "Sumatera Utara", "20153"),
    ("Medan Selayang", "Medan", "Sumatera Utara", "20131"),
    ("Padang Barat", "Padang", "Sumatera Barat", "25111"),
    ("Ilir Barat I", "Palembang", "Sumatera Selatan", "30137"),
    ("Sukarame", "Bandar Lampung", "Lampung", "35131"),
    ("Sukajadi", "Pekanbaru", "Riau", "28122"),
    ("Batam Kota", "Batam", "Kepulauan Riau", "29432"),
    ("Balikpapan Selatan", "Balikpapan", "Kalimantan Timur", "76114"),
    ("Samarinda Ulu", "Samarinda", "Kalimantan Timur", "75124"),
    ("Pontianak Selatan", "Pontianak", "Kalimantan Barat", "78121"),
    ("Banjarmasin Tengah", "Banjarmasin", "Kalimantan Selatan", "70111"),
    ("Jayapura Selatan", "Jayapura", "Papua", "99223"),
)
"""District, city, province, postal code."""

BUYER_NOTES = (
    "Tolong bubble wrap tebal ya kak, buat hadiah.",
    "Titip ke satpam kalau rumah kosong.",
    "Mohon dikirim hari ini kalau bisa.",
    "Warna sesuai foto ya, jangan diganti.",
    "Tolong jangan cantumkan harga di paket.",
    "Kirim jam kerja, alamat kantor.",
    "Kalau stok habis, hubungi dulu sebelum diganti.",
    "Pagar hijau, bel di sebelah kiri.",
)

BANKS = ("BCA", "Mandiri", "BRI", "BNI", "BSI")
